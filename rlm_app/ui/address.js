// The step or the quotation that is open stands in the address, to be copied; Back leads to the page before, not to the step
// before: an address that names another step of the same page takes the place of the one that is there.

function withoutStep(address) {
  const url = new URL(address, location.href)
  for (const name of ["step", "quote"]) url.searchParams.delete(name)
  return url.pathname + url.search
}

if (!history.pushState.keepsSteps) {
  const push = history.pushState
  history.pushState = function (state, title, address) {
    const same = address != null && withoutStep(address) === withoutStep(location.href)
    ;(same ? history.replaceState : push).call(history, state, title, address)
  }
  history.pushState.keepsSteps = true
}
