// Keeps the token of this browser's workspace where only pages of this address can read it. `data.offer` is a new one;
// `data.refused` the one that the server no longer takes.

const KEY = "rlm.visitor"

function stored() {
  try {
    return localStorage.getItem(KEY)
  } catch {
    return null // storage is switched off: the workspace lasts as long as this page
  }
}

export default function ({ data, setStateValue }) {
  let token = stored()
  if (!token || token === data.refused) {
    token = data.offer
    try {
      localStorage.setItem(KEY, token)
    } catch {}
  }
  setStateValue("token", token)
}
