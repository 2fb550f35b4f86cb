// What only a browser can do: keys, scrolling, focus, copying, notifications.
const dialog = document.getElementById("components-reconnect-modal");
dialog.addEventListener("components-reconnect-state-changed", change => {
  switch (change.detail.state) {
    case "show":
      if (!document.querySelector(".door") && !dialog.open) dialog.showModal();
      break;
    case "hide":
      dialog.close();
      break;
    case "failed":
      Blazor.reconnect();
      break;
    case "rejected":
      location.reload();
      break;
  }
});
document.getElementById("reload").addEventListener("click", () => location.reload());

const isTyping = element => element?.matches?.("input, textarea, select");

window.aspirechat = {
  keys(page) {
    const watch = () => page.invokeMethodAsync("Watch", !document.hidden);
    document.addEventListener("visibilitychange", watch);
    watch();
    document.addEventListener("keydown", key => {
      const press = name => { key.preventDefault(); page.invokeMethodAsync("PressAsync", name); };
      if ((key.ctrlKey || key.metaKey) && key.key.toLowerCase() === "k") press("switch");
      else if (key.altKey && key.shiftKey && key.key === "ArrowDown") press("next");
      else if (key.key === "Escape" && !key.isComposing) press("escape");
      else if (key.key === "?" && !isTyping(key.target)) press("help");
    });
  },

  // The list is one reversed flex box: it opens at its end and stays there without any script.
  list(log, pane) {
    let isAtEnd = null;
    const look = () => {
      const now = Math.abs(log.scrollTop) < 24;
      if (now !== isAtEnd) {
        isAtEnd = now;
        pane.invokeMethodAsync("End", now);
      }
      if (log.scrollHeight + log.scrollTop - log.clientHeight < 400 && log.scrollHeight > log.clientHeight) top();
    };
    let isLoading = false;
    const top = async () => {
      if (isLoading) return;
      isLoading = true;
      try { await pane.invokeMethodAsync("Top"); } finally { isLoading = false; }
    };
    log.addEventListener("scroll", look, { passive: true });
    look();
  },

  down(log) { log.scrollTop = 0; },

  composer(box, composer, draft) {
    const fit = () => { box.rows = Math.min(8, box.value.split("\n").length); };
    box.value = draft;
    fit();
    box.addEventListener("input", fit);
    box.addEventListener("keydown", async key => {
      // An input method's Enter ends a word, not the message.
      if (key.key === "Enter" && !key.shiftKey && !key.isComposing && key.keyCode !== 229) {
        key.preventDefault();
        box.dispatchEvent(new Event("input", { bubbles: true }));
        composer.invokeMethodAsync("SendAsync");
      } else if (key.key === "Tab" && !key.shiftKey && (box.value.startsWith("/") || box.value.includes("@"))) {
        key.preventDefault();
        if (!await composer.invokeMethodAsync("TabAsync")) box.form.querySelector("[type=submit]").focus();
      }
    });
    if (matchMedia("(hover: hover)").matches) box.focus();
  },

  text(box, text) {
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  },

  focus(element) { element.focus(); },

  copy(text) { return navigator.clipboard.writeText(text); },

  notify(title, body) {
    if (document.hidden && "Notification" in window && Notification.permission === "granted") {
      new Notification(title, { body, tag: title });
    }
  },
};

// The browser asks only when the user does something; the first click is as good as any.
document.addEventListener("click", () => {
  if ("Notification" in window && Notification.permission === "default") Notification.requestPermission();
}, { once: true });
