// What only a browser can do: keys, scrolling, focus, copying, notifications.
const reconnecting = document.getElementById("components-reconnect-modal");
const hasLeft = () => document.querySelector(".door") !== null;
const reconnect = async () => {
  // The framework gives up after some minutes; a client may be away for longer.
  while (reconnecting.open && !hasLeft()) {
    try {
      if (!await Blazor.reconnect()) location.reload();
      return;
    } catch {
      await new Promise(resolve => setTimeout(resolve, 5000));
    }
  }
};
reconnecting.addEventListener("components-reconnect-state-changed", change => {
  switch (change.detail.state) {
    case "show":
      if (!hasLeft() && !reconnecting.open) reconnecting.showModal();
      break;
    case "hide":
      reconnecting.close();
      comeBack();
      break;
    case "failed":
      reconnect();
      break;
    case "rejected":
      if (!hasLeft()) location.reload();
      break;
  }
});
document.getElementById("reload").addEventListener("click", () => location.reload());

const near = 24; // pixels from the end that count as the end
const isTyping = element => element?.matches?.("input, textarea, select");
let page;
let before; // gets the focus when the dialog closes
const ends = new WeakMap(); // says of a list whether its end is in view

const watch = () => page?.invokeMethodAsync("Watch", !document.hidden).catch(() => {});
document.addEventListener("visibilitychange", watch);
document.addEventListener("keydown", key => {
  // A key that is held down acts once, and never does what it does in the browser.
  const press = name => { key.preventDefault(); if (!key.repeat) page?.invokeMethodAsync("PressAsync", name); };
  if ((key.ctrlKey || key.metaKey) && !key.shiftKey && key.key.toLowerCase() === "k") press("switch");
  else if (key.altKey && key.shiftKey && key.key === "ArrowDown") press("next");
  else if (key.key === "Escape" && !key.isComposing) press("escape");
  else if (key.key === "?" && !isTyping(key.target)) press("help");
});

// Lines whose fate is not known. They are sent again after a lost connection, also from the next page, and have their effect
// once; so they are kept for as long as this window is, for this user, since another client may get the same address later.
const kept = `aspirechat-${document.body.dataset.user}-sending`;
const sending = new Map(JSON.parse(sessionStorage.getItem(kept) ?? "[]"));
const keep = () => sessionStorage.setItem(kept, JSON.stringify([...sending]));

// A UUIDv7 (RFC 9562, 5.7): the id of a text is the id of its message, so that it is sent once though the client was killed meanwhile.
const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const now = Date.now();
  for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (8 * (5 - i)));
  bytes[6] = 0x70 | bytes[6] & 0x0f;
  bytes[8] = 0x80 | bytes[8] & 0x3f;
  return [...bytes].map((byte, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
};
const submit = id => {
  const { conversation, line } = sending.get(id);
  page.invokeMethodAsync("SendAsync", id, conversation, line).then(isDone => {
    const isFirst = sending.delete(id);
    keep();
    if (isFirst && !isDone) {
      document.querySelector(`.composer[data-conversation="${CSS.escape(conversation)}"] textarea`)
        ?.dispatchEvent(new CustomEvent("refused", { detail: line }));
    }
  }, () => {});
};

// Which conversation was shown last: a new page of this window, after a reload for example, shows it again.
const place = `aspirechat-${document.body.dataset.user}-place`;

// A call that was under way when the connection was lost has no answer, so everything that it would have told is told again.
const repairs = new Map(); // what to do, by element
const repair = (element, what) => {
  for (const old of repairs.keys()) if (!old.isConnected) repairs.delete(old);
  repairs.set(element, what);
};
const comeBack = () => {
  watch();
  for (const [element, again] of repairs) {
    if (element.isConnected) again();
    else repairs.delete(element);
  }
  for (const id of sending.keys()) submit(id);
};

window.aspirechat = {
  page(home) {
    page = home;
    comeBack();
    return sessionStorage.getItem(place);
  },

  shows(conversation) { sessionStorage.setItem(place, conversation); },

  // The list is one reversed flex box: it opens at its end and stays there without any script.
  list(log, pane) {
    // What was drawn may be gone by the time of the call, here and below.
    if (!log) return;
    let isAtEnd = true;
    let isNewAbove = false;
    let isLoading = false;
    const say = isSaidAnyway => {
      // A narrow screen may show another column instead.
      const now = log.clientHeight > 0 && Math.abs(log.scrollTop) < near;
      if (isSaidAnyway || now !== isAtEnd) {
        isAtEnd = now;
        pane.invokeMethodAsync("End", isAtEnd).catch(() => {});
      }
      const divider = log.querySelector(".new");
      const isAbove = divider !== null && divider.getBoundingClientRect().bottom < log.getBoundingClientRect().top;
      if (isAbove !== isNewAbove) {
        isNewAbove = isAbove;
        pane.invokeMethodAsync("New", isAbove).catch(() => {});
      }
    };
    const load = async method => {
      if (isLoading) return;
      isLoading = true;
      try { await pane.invokeMethodAsync(method); } catch { /* the pane is gone */ } finally { isLoading = false; }
      say(true);
    };
    ends.set(log, say);
    repair(log, () => {
      isLoading = false;
      say(true);
    });
    const sizes = new ResizeObserver(() => say(false));
    sizes.observe(log);
    sizes.observe(log.firstElementChild);
    log.addEventListener("scroll", () => {
      say(false);
      const below = Math.abs(log.scrollTop);
      if (log.querySelector(".earlier") && log.scrollHeight - below - log.clientHeight < log.clientHeight) load("Top");
      else if (log.querySelector(".later") && below < log.clientHeight) load("Bottom");
    }, { passive: true });
  },

  down(log) {
    if (!log) return;
    log.scrollTop = 0;
    ends.get(log)?.(true);
    if (document.activeElement === document.body) log.parentElement.querySelector(".composer textarea")?.focus();
  },

  seek(log) {
    if (!log) return;
    log.querySelector("[data-sought]")?.scrollIntoView({ block: "center" });
    ends.get(log)?.(true);
    if (document.activeElement === document.body) log.focus({ preventScroll: true });
  },

  composer(box, composer, draft) {
    if (!box) return;
    const put = (text, caret) => {
      box.value = text;
      box.rows = Math.min(8, text.split("\n").length);
      box.setSelectionRange(caret, caret);
    };
    const typed = () => {
      put(box.value, box.selectionStart);
      composer.invokeMethodAsync("Typed", box.value, box.selectionStart).catch(() => {});
    };
    let choosing = Promise.resolve();
    const send = () => {
      const id = newId();
      sending.set(id, { conversation: box.form.dataset.conversation, line: box.value });
      keep();

      // The box is empty at once, for the next text.
      put("", 0);
      typed();
      submit(id);
    };
    repair(box, () => {
      choosing = Promise.resolve();
      typed();
    });
    box.addEventListener("refused", refused => {
      if (box.value.includes(refused.detail)) return;
      put(box.value ? `${refused.detail}\n${box.value}` : refused.detail, refused.detail.length);
      typed();
    });
    put(draft, draft.length);
    box.addEventListener("input", typed);
    box.form.addEventListener("submit", send);
    box.addEventListener("keydown", key => {
      // An input method's Enter ends a word, not the message.
      if (key.isComposing || key.keyCode === 229) return;
      const hasProposals = box.form.querySelector(".completions") !== null;
      if (hasProposals && ["Tab", "ArrowDown", "ArrowUp", "Escape"].includes(key.key) && !key.shiftKey) {
        key.preventDefault();
        key.stopPropagation();
        choosing = composer.invokeMethodAsync("ChooseAsync", key.key).catch(() => {});
      } else if (key.key === "Enter" && !key.shiftKey) {
        key.preventDefault();
        choosing.then(send);
      }
    });
    // On a phone the keyboard would cover what was opened to be read.
    if (!matchMedia("(hover: hover)").matches) return;
    if (document.querySelector("dialog[open]")) before = box;
    else {
      before = undefined;
      box.focus();
    }
  },

  // What was typed since goes on after the proposal.
  accepted(box, before, text, caret) {
    const since = box.value.startsWith(before) ? box.value.slice(before.length) : "";
    box.value = text + since;
    caret += since.length;
    box.setSelectionRange(caret, caret);
    box.focus();
  },

  modal(dialog) {
    before ??= document.activeElement;
    dialog.addEventListener("cancel", cancel => cancel.preventDefault());
    dialog.addEventListener("click", click => { if (click.target === dialog) page.invokeMethodAsync("PressAsync", "escape"); });
    if (!dialog.open) dialog.showModal();
  },

  closed() {
    const next = before?.isConnected && before !== document.body ? before : document.querySelector(".composer textarea");
    before = undefined;
    next?.focus();
  },

  canNotify() { return "Notification" in window ? Notification.permission : "denied"; },

  async askToNotify() { return await Notification.requestPermission(); },

  notify(title, body, conversation) {
    if (!document.hidden || !("Notification" in window) || Notification.permission !== "granted") return;
    const notice = new Notification(title, { body, tag: conversation });
    notice.onclick = () => {
      window.focus();
      notice.close();
      page.invokeMethodAsync("OpenAsync", conversation);
    };
  },
};

// Copying must happen in the click itself: some browsers allow it nowhere else.
document.addEventListener("click", async click => {
  const button = click.target.closest("[data-copy]");
  const blocks = [...button?.closest(button.dataset.copy)?.querySelectorAll("pre") ?? []];
  if (blocks.length === 0) return;
  const words = button.dataset.words ??= button.textContent;
  try {
    await navigator.clipboard.writeText(blocks.map(block => block.innerText).join("\n"));
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser does not allow it; select and copy";
  }
  setTimeout(() => { button.textContent = words; }, 3000);
});
