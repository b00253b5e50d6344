// Chips in an answer: a click tells the app which quotation to open, a look at one shows the quotation in its context.
// `data.contexts` holds, by number, the words before, the quotation, the words behind and the verdict, as plain text.

const LINK = 'a[href^="#quote-"]'

function numberOf(event) {
  const link = event.target instanceof Element ? event.target.closest(LINK) : null
  return link ? { link, number: link.getAttribute("href").slice("#quote-".length) } : null
}

function bubble(context) {
  const box = document.createElement("div")
  box.className = "rlm-bubble"
  box.id = "rlm-bubble"
  box.setAttribute("role", "tooltip")
  const place = document.createElement("strong")
  place.textContent = `${context.verdict} · ${context.place}`
  const words = document.createElement("p")
  const quote = document.createElement("mark")
  quote.textContent = context.quote
  words.append(`… ${context.before}`, quote, `${context.after} …`)
  box.append(place, words)
  return box
}

function stand(box, link) {
  const at = link.getBoundingClientRect()
  const left = Math.min(Math.max(8, at.left - 40), window.innerWidth - box.offsetWidth - 8)
  const below = at.bottom + 6 + box.offsetHeight < window.innerHeight
  box.style.left = `${left}px`
  box.style.top = `${below ? at.bottom + 6 : at.top - box.offsetHeight - 6}px`
}

// Beside an open page the answer is narrower and so longer: the chip that was clicked goes back to where it stood.
function stay(number) {
  const link = clicked && document.querySelectorAll(`a[href="#quote-${number}"]`)[clicked.place]
  const page = link?.closest('[data-testid="stMain"]')
  if (page) page.scrollTop += link.getBoundingClientRect().top - clicked.top
  clicked = null
}

// The page is drawn piece by piece: what is to be brought into view may come a moment after its number.
function bring(number, tries) {
  const leaf = document.querySelector(`.st-key-leaf [data-quote="${number}"]`)
  const target = leaf?.querySelector("mark, .rlm-box")
  if (!leaf || !target) {
    if (tries > 0) setTimeout(() => bring(number, tries - 1), 100)
    return
  }
  const box = leaf.getBoundingClientRect()
  const at = target.getBoundingClientRect()
  leaf.scrollTop += at.top - box.top - (leaf.clientHeight - at.height) / 3
  leaf.scrollLeft += at.left - box.left - (leaf.clientWidth - at.width) / 2
  if (window.matchMedia("(max-width: 640px)").matches) {
    leaf.closest(".st-key-leaf").scrollIntoView({ block: "start" })
    return
  }
  stay(number)
  if (target.getBoundingClientRect().bottom > window.innerHeight - 16) {
    leaf.scrollIntoView({ block: "end" })
  }
}

let brought = ""
let clicked = null

export default function ({ data, setTriggerValue }) {
  const hide = () => document.getElementById("rlm-bubble")?.remove()
  const show = (event) => {
    const found = numberOf(event)
    const context = found && data.contexts[found.number]
    if (!context) return
    hide()
    const box = bubble(context)
    ;(found.link.closest('[data-testid="stApp"]') ?? document.body).append(box)  // within the theme
    found.link.setAttribute("aria-describedby", box.id)
    stand(box, found.link)
  }
  const leave = (event) => { if (numberOf(event)) hide() }
  const press = (event) => { if (event.key === "Escape") hide() }
  const click = (event) => {
    const found = numberOf(event)
    if (!found) return
    event.preventDefault()
    hide()
    const same = [...document.querySelectorAll(`a[href="#quote-${found.number}"]`)]
    clicked = { place: same.indexOf(found.link), top: found.link.getBoundingClientRect().top }
    setTriggerValue("chosen", Number(found.number))
  }
  const heard = [["click", click], ["mouseover", show], ["focusin", show], ["mouseout", leave], ["focusout", leave], ["keydown", press]]
  for (const [kind, listener] of heard) document.addEventListener(kind, listener)
  // Whoever clicked before this was there was led to the anchor by the browser, away from the answer.
  const early = window.location.hash.match(/^#quote-(\d+)$/)
  if (early && data.contexts[early[1]]) {
    clicked = { place: 0, top: window.innerHeight / 2 }
    history.replaceState(history.state, "", window.location.pathname + window.location.search)
    setTriggerValue("chosen", Number(early[1]))
  }
  const under = document.querySelector(`${LINK}:hover`)
  if (under) show({ target: under })
  if (data.chosen !== brought) {
    brought = data.chosen
    if (brought) bring(brought.split("|")[0], 30)
  }
  return () => {
    hide()
    for (const [kind, listener] of heard) document.removeEventListener(kind, listener)
  }
}
