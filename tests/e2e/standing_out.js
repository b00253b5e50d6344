// Returns what stands beyond the right edge of the window where nobody can scroll to it but by moving the whole page, and
// the numbers of open turns that stand below all the turn holds instead of beside its title.
() => {
  const main = document.querySelector('[data-testid="stMain"]')
  const named = (element) => `<${element.tagName.toLowerCase()} class="${element.className}"> ${(element.textContent ?? "").slice(0, 60)}`
  const found = []
  for (const box of [document.scrollingElement, main]) {
    if (box && box.scrollWidth > box.clientWidth + 1) found.push(`${box.scrollWidth} pixels in ${box.clientWidth}: ${named(box)}`)
  }
  const scrolls = (element) => {
    for (let up = element.parentElement; up && up !== main; up = up.parentElement) {
      if (getComputedStyle(up).overflowX !== "visible") return true
    }
    return false
  }
  for (const element of main?.querySelectorAll("*") ?? []) {
    const at = element.getBoundingClientRect()
    if (element.checkVisibility() && at.width > 1 && at.height > 1 && at.right > window.innerWidth + 1 && !scrolls(element)) found.push(named(element))
  }
  for (const row of main?.querySelectorAll('[class*="st-key-turnrow-"]:has(details[open])') ?? []) {
    const numbers = row.querySelector(":scope > * .rlm-strip"), title = row.querySelector("summary")
    const far = numbers && Math.abs(numbers.getBoundingClientRect().top - title.getBoundingClientRect().top)
    if (far > 60) found.push(`${Math.round(far)} pixels from its title: ${named(numbers)}`)
  }
  return found.slice(0, 8)
}
