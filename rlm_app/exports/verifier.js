// Checks this file by itself: nothing in it was changed since it was made, and its quotations stand where they say.
// rlm_app/exports/check.py and proving.py do the same in Python; change both together.
"use strict";
(() => {
  const K = [];
  for (let n = 2; K.length < 64; n++) {
    let prime = true;
    for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
    if (prime) K.push(n);
  }
  const fraction = (x) => ((x - Math.floor(x)) * 4294967296) | 0;
  const START = K.slice(0, 8).map((n) => fraction(Math.sqrt(n)));
  const ROUND = K.map((n) => fraction(Math.cbrt(n)));
  const turned = (x, by) => (x >>> by) | (x << (32 - by));

  function sha256(text) {
    const bytes = new TextEncoder().encode(text);
    const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(bytes.length / 536870912));
    view.setUint32(padded.length - 4, (bytes.length << 3) >>> 0);
    const h = Int32Array.from(START), w = new Int32Array(64);
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        const s0 = turned(a, 7) ^ turned(a, 18) ^ (a >>> 3), s1 = turned(b, 17) ^ turned(b, 19) ^ (b >>> 10);
        w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
      }
      let [a, b, c, d, e, f, g, k] = h;
      for (let i = 0; i < 64; i++) {
        const one = (k + (turned(e, 6) ^ turned(e, 11) ^ turned(e, 25)) + ((e & f) ^ (~e & g)) + ROUND[i] + w[i]) | 0;
        const two = ((turned(a, 2) ^ turned(a, 13) ^ turned(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        k = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
      }
      [a, b, c, d, e, f, g, k].forEach((value, i) => { h[i] = (h[i] + value) | 0; });
    }
    return Array.from(h, (value) => (value >>> 0).toString(16).padStart(8, "0")).join("");
  }

  const QUOTES = /[‘’‚‛′`´“”„‟″«»‹›'"]/g;
  const NOTHING = new RegExp("[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f\\u2060\\u3000"
    + "\\ufeff\\u00ad*_>]", "g");
  function folded(text) {
    text = text.replace(/[-\u2010\u00ad][ \t]*\n[ \t]*/g, "").replace(QUOTES, "'").replace(/[\u2010-\u2015\u2212]/g, "-");
    text = text.normalize("NFKC").toLowerCase().replace(/ς/g, "σ").replace(QUOTES, "'").replace(NOTHING, "");
    return text.replace(/(?<=\p{L})-(?=\p{L})/gu, "");
  }
  const bare = (text) => text.replace(/^'+|'+$/g, "");
  function inOrder(parts, text) {
    let position = 0;
    for (const part of parts) {
      const found = text.indexOf(part, position);
      if (found < 0) return false;
      position = found + part.length;
    }
    return parts.length > 0;
  }
  function proof(quote, passage) {
    const found = folded(passage);
    if (!found) return "none";
    if (bare(folded(quote)) === bare(found)) return "exact";
    const parts = quote.split(/\[?(?:…|\.\.\.)\]?/).map(folded);
    if (parts.length > 1 && inOrder(parts.filter(Boolean), found)) return "parts";
    return inOrder(quote.split(/[ \t\n]+/).filter(Boolean).map(folded), found) ? "in order" : "none";
  }

  function cut(part, start, end) {
    // Places count characters, of which JavaScript cuts some in two.
    const text = /[\ud800-\udfff]/.test(part.text) ? Array.from(part.text) : part.text;
    const piece = text.slice(start - part.start, end - part.start);
    return typeof piece === "string" ? piece : piece.join("");
  }
  function inSource(data, quote) {
    const source = data.sources.find((each) => each.sha256 === quote.source);
    const part = source && source.parts.find((each) => {
      const length = /[\ud800-\udfff]/.test(each.text) ? Array.from(each.text).length : each.text.length;
      return each.start <= quote.start && quote.end <= each.start + length;
    });
    return Boolean(part) && cut(part, quote.start, quote.end) === quote.passage;
  }

  function check() {
    const findings = [];
    const say = (what, fine) => findings.push([what, fine]);
    const text = document.getElementById("rlm-data").textContent;
    const seal = document.querySelector('meta[name="rlm-seal"]').content;
    say("The record as a whole", sha256(text) === seal);
    say("The fingerprint that is shown", document.getElementById("rlm-fingerprint").textContent === seal);
    const data = JSON.parse(text), hashes = data.hashes;
    say("The question", sha256(data.question) === hashes.question);
    say("The answer", sha256(data.answer) === hashes.answer);
    data.quotes.forEach((each, i) => {
      const same = sha256([each.quote, each.verdict, each.passage].join("\n")) === hashes.quotes[i];
      const stands = proof(each.quote, each.passage) === each.proof && (!each.passage || inSource(data, each));
      const quoted = folded(data.answer).includes(folded(each.quote)) === each.in_answer;
      say("Quotation " + each.number, same && stands && quoted);
    });
    data.sources.forEach((each, i) => {
      say("Source " + each.name, sha256(each.parts.map((part) => part.text).join("\n")) === hashes.sources[i]);
    });
    say("As many hashes as things", hashes.quotes.length === data.quotes.length
      && hashes.sources.length === data.sources.length);
    const shown = document.querySelectorAll("[data-shown]");
    say("All parts of the page are there", shown.length === Object.keys(data.shown).length);
    shown.forEach((each) => {
      say("What the page shows as " + each.dataset.shown, sha256(each.textContent) === data.shown[each.dataset.shown]);
    });
    data.pictures.forEach((each) => {
      const picture = document.getElementById("picture-" + each.number);
      say("The picture of quotation " + each.number, Boolean(picture) && sha256(picture.src) === each.sha256);
    });
    return findings;
  }

  function report() {
    let findings;
    try { findings = check(); } catch (error) { findings = [["The record can be read", false]]; }
    const bad = findings.filter((each) => !each[1]);
    const place = document.getElementById("rlm-check");
    place.className = bad.length ? "bad" : "good";
    place.textContent = bad.length
      ? "✕ This file was changed, or was damaged: " + bad.map((each) => each[0]).join("; ") + "."
      : "✓ Checked in your browser, without a network: all " + findings.length + " things are as they were sealed.";
  }
  report();
})();
