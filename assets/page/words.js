// The page's words in the language that was chosen: in the address (?lang=de), on the page, or in the browser.
// window.attentionWords is {languages: {en: "English", …}, sentences: {en: {key: sentence}, …}}.
(() => {
  const COOKIE = "attention_language";
  const HEADER = "x-attention-language";
  const { languages, sentences } = window.attentionWords;
  const of = (name) => String(name ?? "").toLowerCase().split("-")[0];
  const known = (name) => (of(name) in languages ? of(name) : null);
  const kept = () => document.cookie.split("; ").find((one) => one.startsWith(`${COOKIE}=`))?.split("=")[1];
  const stored = () => {
    try {
      return localStorage.getItem(COOKIE);
    } catch {
      return null; // no storage: the language lasts as long as the page
    }
  };
  const keep = (name) => {
    const framed = location.protocol === "https:" ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
    document.cookie = `${COOKIE}=${name}; path=/; max-age=31536000; ${framed}`;
    try {
      localStorage.setItem(COOKIE, name);
    } catch {}
  };
  const asked = known(new URLSearchParams(location.search).get("lang"));
  if (asked) keep(asked);
  const chosen = asked ?? known(kept()) ?? known(stored());
  const language = chosen ?? navigator.languages.map(known).find(Boolean) ?? "en";
  if (chosen) Object.defineProperty(navigator, "language", { get: () => chosen, configurable: true }); // what gradio asks
  if (chosen && known(kept()) !== chosen) {
    const plain = window.fetch;
    window.fetch = (wanted, options = {}) => {
      const address = new URL(wanted instanceof Request ? wanted.url : wanted, location.href);
      if (address.origin !== location.origin) return plain(wanted, options);
      const headers = new Headers(options.headers ?? (wanted instanceof Request ? wanted.headers : {}));
      headers.set(HEADER, chosen);
      return plain(wanted, { ...options, headers });
    };
  }
  document.documentElement.lang = language;

  // The sentence of a key, with the values in its braces; by values.count its form for one or for more.
  const say = (key, values = {}) => {
    const form = `${key}.${values.count === 1 ? "one" : "other"}`;
    const sentence = sentences[language][form] ?? sentences[language][key];
    if (sentence === undefined) throw new Error(`no words for ${key}`);
    return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  };

  // The key of a registry's row, by its name: methods.finetune_cnn.plain.
  const keyOf = (place, name, what) => `${place}.${name.toLowerCase().replace(/[^a-z0-9]+/g, "_")}.${what}`;

  // Opens the page anew in another language.
  const choose = (name) => {
    keep(name);
    const address = new URL(location.href);
    if (address.searchParams.has("lang") || known(kept()) !== name) address.searchParams.set("lang", name);
    if (address.href === location.href) location.reload();
    else location.assign(address);
  };
  Object.assign(window.attentionWords, { language, say, keyOf, choose });
})();
