// Who this browser is, where its cookies are refused: in another site's frame, or switched off.
// The page gives a signed token, which is kept in the browser and sent with every request to this page.
(() => {
  const KEY = "attention-visitor";
  const HEADER = "x-attention-visitor";
  const plain = window.fetch.bind(window);
  let framed = true;
  try {
    framed = window.top !== window || !navigator.cookieEnabled;
  } catch {} // another site's window may not be looked at
  if (!framed) return;
  let token = "";
  try {
    token = localStorage.getItem(KEY) ?? "";
  } catch {} // no storage either: known until the page is left
  window.fetch = (asked, options = {}) => {
    const address = new URL(asked instanceof Request ? asked.url : asked, location.href);
    if (!token || address.origin !== location.origin) return plain(asked, options);
    const headers = new Headers(options.headers ?? (asked instanceof Request ? asked.headers : {}));
    headers.set(HEADER, token);
    return plain(asked, { ...options, headers });
  };
  window.fetch("visitor").then((answer) => answer.json()).then((answer) => {
    if (answer.known && token !== answer.token) token = ""; // the cookie came, and is who one is
    else token = answer.token;
    try {
      localStorage.setItem(KEY, token);
    } catch {}
  }).catch(() => {});
})();
