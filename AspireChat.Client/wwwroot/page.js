// What only a browser can do: keys, scrolling, focus, copying, notifications.
const reconnecting = document.getElementById("components-reconnect-modal");
reconnecting.addEventListener("components-reconnect-state-changed", change => {
  switch (change.detail.state) {
    case "show":
      if (!document.querySelector(".door") && !reconnecting.open) reconnecting.showModal();
      break;
    case "hide":
      reconnecting.close();
      break;
    case "failed":
      if (!document.querySelector(".door")) Blazor.reconnect();
      break;
    case "rejected":
      if (!document.querySelector(".door")) location.reload();
      break;
  }
});
document.getElementById("reload").addEventListener("click", () => location.reload());

const near = 24; // pixels from the end that count as the end
const isTyping = element => element?.matches?.("input, textarea, select");
let page;
let before; // had the focus when a dialog opened

window.aspirechat = {
  page(home) {
    page = home;
    const watch = () => page.invokeMethodAsync("Watch", !document.hidden);
    document.addEventListener("visibilitychange", watch);
    watch();
    document.addEventListener("keydown", key => {
      const press = name => { key.preventDefault(); page.invokeMethodAsync("PressAsync", name); };
      if ((key.ctrlKey || key.metaKey) && !key.shiftKey && key.key.toLowerCase() === "k") press("switch");
      else if (key.altKey && key.shiftKey && key.key === "ArrowDown") press("next");
      else if (key.key === "Escape" && !key.isComposing) press("escape");
      else if (key.key === "?" && !isTyping(key.target)) press("help");
    });
  },

  // The list is one reversed flex box: it opens at its end and stays there without any script.
  list(log, pane) {
    let isAtEnd = true;
    let isLoading = false;
    const load = async method => {
      if (isLoading) return;
      isLoading = true;
      try { await pane.invokeMethodAsync(method); } finally { isLoading = false; }
    };
    log.addEventListener("scroll", () => {
      const below = Math.abs(log.scrollTop);
      if (below < near !== isAtEnd) {
        isAtEnd = !isAtEnd;
        pane.invokeMethodAsync("End", isAtEnd);
      }
      if (log.querySelector(".earlier") && log.scrollHeight - below - log.clientHeight < log.clientHeight) load("Top");
      else if (log.querySelector(".later") && below < log.clientHeight) load("Bottom");
    }, { passive: true });
  },

  down(log) { log.scrollTop = 0; },

  seek(log) { log.querySelector("[data-sought]")?.scrollIntoView({ block: "center" }); },

  composer(box, composer, draft) {
    const put = (text, caret) => {
      box.value = text;
      box.rows = Math.min(8, text.split("\n").length);
      box.setSelectionRange(caret, caret);
    };
    const typed = () => {
      put(box.value, box.selectionStart);
      return composer.invokeMethodAsync("Typed", box.value, box.selectionStart);
    };

    // The box is empty at once, for the next text; one line after the other is sent.
    let sent = Promise.resolve();
    let choosing = Promise.resolve();
    const send = () => {
      const line = box.value;
      put("", 0);
      sent = sent.then(async () => {
        if (await composer.invokeMethodAsync("SendAsync", line)) return;
        put(box.value ? `${line}\n${box.value}` : line, line.length);
        await typed();
      });
    };
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
        choosing = composer.invokeMethodAsync("ChooseAsync", key.key);
      } else if (key.key === "Enter" && !key.shiftKey) {
        key.preventDefault();
        choosing.then(send);
      }
    });
    // On a phone the keyboard would cover what was opened to be read.
    if (matchMedia("(hover: hover)").matches && !document.querySelector("dialog[open]")) box.focus();
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
  const source = button?.closest(button.dataset.copy)?.querySelector("pre");
  if (source) {
    await navigator.clipboard.writeText(source.innerText);
    button.textContent = "Copied";
  }
});
