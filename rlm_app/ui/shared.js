// Asks the browser to tell nobody the address of this page, and search engines to leave it alone. Our own server says the
// same in its headers; where the app runs on somebody else's server, only the page can say it.

const ASKED = { referrer: "no-referrer", robots: "noindex, nofollow, noarchive" }

export default function () {
  for (const [name, content] of Object.entries(ASKED)) {
    const meta = document.head.querySelector(`meta[name="${name}"]`) ?? document.createElement("meta")
    meta.name = name
    meta.content = content
    document.head.append(meta)
  }
}
