// Resolves to the times, in seconds since 1970, at which the rows of turns 2 and 3 came to be on the page.
() => new Promise((resolve) => {
  const seen = {}
  const look = () => {
    for (const row of document.querySelectorAll("summary")) {
      const turn = /Turn ([23])/.exec(row.textContent)
      if (turn && !seen[turn[1]]) seen[turn[1]] = Date.now() / 1000
    }
    if (seen[2] && seen[3]) resolve([seen[2], seen[3]])
    else requestAnimationFrame(look)
  }
  look()
})
