// Moving about in a timeline: j and k to the next and previous turn, e to the next error, n and N to the next and previous
// place found, f to follow a live run. `data.follow` keeps the end in view; `data.targets` names what to bring into
// view, the best first, once for each `data.nonce`. Nothing scrolls by itself otherwise.

const ROWS = '[class*="st-key-turnrow-"]'
const PAGES = '[class*="st-key-turn-page-"]'
const FIELDS = "input, textarea, select, [contenteditable=true], [role=textbox], [role=combobox]"
const CLICKS = { n: ".st-key-hit_next button", N: ".st-key-hit_previous button", f: ".st-key-follow_live input" }

const rows = () => [...document.querySelectorAll(ROWS)]
const summaryOf = (row) => row.querySelector("summary")

function focus(row) {
  const summary = row && summaryOf(row)
  if (!summary) return
  summary.focus({ preventScroll: true })
  row.scrollIntoView({ block: "nearest", behavior: "auto" })
}

function step(way, wanted) {
  const all = rows()
  const here = all.findIndex((row) => row.contains(document.activeElement))
  const order = way > 0 ? all.slice(here + 1) : all.slice(0, here < 0 ? all.length : here).reverse()
  const found = order.find(wanted)
  if (found) focus(found)
  else turnPage(way, wanted)
}

// Of many turns a page is drawn at a time; the way goes on over its end, once the rows of the next page are there.
function turnPage(way, wanted) {
  const arrow = document.querySelector(`${PAGES} [data-testid=stPagination${way > 0 ? "Next" : "Prev"}]`)
  if (!arrow || arrow.disabled) return
  const before = rows()[0]?.className
  document.activeElement?.blur()
  arrow.click()
  const look = (tries) => {
    const idle = document.querySelector("[data-testid=stApp]")?.dataset.testScriptState === "notRunning"
    if (idle && rows()[0]?.className !== before) step(way, wanted)
    else if (tries > 0) setTimeout(() => look(tries - 1), 100)
  }
  look(100)
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
  if (event.target instanceof Element && event.target.closest(FIELDS)) return
  if (event.key === "j") step(1, () => true)
  else if (event.key === "k") step(-1, () => true)
  else if (event.key === "e") step(1, (row) => row.querySelector(".rlm-error"))
  else if (CLICKS[event.key]) document.querySelector(CLICKS[event.key])?.click()
  else return
  event.preventDefault()
}

// The page is drawn piece by piece: a place that is to be brought into view may come a moment later, so the best of them
// is waited for, and the next best taken when the wait is over.
function bring(targets, tries) {
  const places = targets.map((key) => document.querySelector(`.st-key-${CSS.escape(key)}`))
  if (!places[0] && tries > 0) {
    setTimeout(() => bring(targets, tries - 1), 100)
    return
  }
  const place = places.find(Boolean)
  if (!place) return
  summaryOf(place)?.focus({ preventScroll: true })
  keepInView(place)
}

// What stands above may still grow after the place was brought into view; it is brought back for a moment, or until the
// person moves.
function keepInView(place) {
  const until = performance.now() + 3000
  const moves = new AbortController()
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(name, () => moves.abort(), { signal: moves.signal, capture: true, passive: true })
  }
  const look = () => {
    const { top, bottom } = place.getBoundingClientRect()
    if (bottom <= 0 || top >= innerHeight) place.scrollIntoView({ block: "start", behavior: "auto" })
    if (performance.now() < until && place.isConnected && !moves.signal.aborted) setTimeout(look, 100)
    else moves.abort()
  }
  place.scrollIntoView({ block: "start", behavior: "auto" })
  look()
}

let brought = null

export default function ({ data }) {
  const { follow, targets, nonce } = data ?? {}
  document.addEventListener("keydown", onKey)
  if (targets?.length && nonce !== brought) {
    brought = nonce
    bring(targets, 100)
  }
  let watch = null
  if (follow) {
    const end = () => document.querySelector(".st-key-timeline_end")?.scrollIntoView({ block: "end" })
    end()
    watch = setInterval(end, 400)
  }
  return () => {
    document.removeEventListener("keydown", onKey)
    clearInterval(watch)
  }
}
