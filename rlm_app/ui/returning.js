// Signing in leads to the home page; this leads on to the address that was asked for. It is kept in this tab alone, and for ten
// minutes. `data.asked` says that somebody has yet to sign in.

const KEY = "rlm.asked"
const FRESH = 600_000

function take() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY))
    sessionStorage.removeItem(KEY)
    return kept && Date.now() - kept.at < FRESH ? kept.to : null
  } catch {
    return null // storage is switched off, or holds something else
  }
}

export default function ({ data }) {
  const home = location.pathname.endsWith("/") && !location.search
  const asked = take()
  if (data.asked) {
    try {
      if (!home) sessionStorage.setItem(KEY, JSON.stringify({ to: location.pathname + location.search, at: Date.now() }))
    } catch {}
    return
  }
  // A path that begins with two slashes names another host.
  if (home && typeof asked === "string" && /^\/(?![/\\])/.test(asked)) {
    location.replace(asked)
  }
}
