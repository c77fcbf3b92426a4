// Quanyu for browsers: page views, clicks, time spent and campaigns, once somebody may be followed.
// <script async src="https://COLLECTOR/quanyu.js" data-key="KEY" data-consent="required"></script>
(() => {
const doc = document, nav = navigator, win = window, tag = doc.currentScript || doc.querySelector('script[data-key]')
if (!tag || win.quanyu && win.quanyu.flush) return
const waiting = win.quanyu && win.quanyu.q || [], MOST = 50, BYTES = 48e3, IDLE = 18e5, memory = {}
const url = new URL('/quanyu/batch?key=' + encodeURIComponent(tag.dataset.key), tag.src).href
let timer = 0, busy = false, tries = 0, page = null

// What is kept stays with this site; where a browser keeps nothing, it lasts as long as the page.
const load = name => {
  try { return JSON.parse(localStorage.getItem('quanyu_' + name)) } catch (e) { return memory[name] || null }
}
const save = (name, value) => {
  memory[name] = value
  try { localStorage.setItem('quanyu_' + name, JSON.stringify(value)) } catch (e) {}
  return value
}
const forget = () => ['queue', 'id', 'user', 'session'].forEach(name => {
  delete memory[name]
  try { localStorage.removeItem('quanyu_' + name) } catch (e) {}
})
const uuid = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => (byte + 256).toString(16).slice(1)).join('')

// Do Not Track and Global Privacy Control count as a no, whatever the page says; without either the page's question decides.
const allowed = () => {
  const said = load('consent')
  return nav.globalPrivacyControl !== true && nav.doNotTrack !== '1' &&
    (said === null ? tag.dataset.consent !== 'required' : said)
}

const utm = () => {
  let found = null
  new URLSearchParams(location.search).forEach((value, name) => {
    const word = (/^utm_(source|medium|campaign|term|content)$/.exec(name) || [])[1]
    if (word && value) (found = found || {})[word === 'campaign' ? 'name' : word] = value.slice(0, 200)
  })
  return found
}
const session = now => {
  let held = load('session')
  const campaign = utm()
  if (!held || now - held.at > IDLE || campaign && JSON.stringify(campaign) !== JSON.stringify(held.campaign))
    held = { id: uuid(), campaign }
  held.at = now
  return save('session', held)
}

const add = (type, name, properties, traits) => {
  if (!allowed()) return
  const at = Date.now(), held = session(at)
  const where = { url: location.href.slice(0, 2e3), path: location.pathname, title: doc.title.slice(0, 300), referrer: doc.referrer.slice(0, 2e3) }
  const context = { page: where, campaign: held.campaign || undefined }
  const queue = load('queue') || []
  queue.push({ id: uuid(), type, at, name, properties, traits, session_id: held.id, user_id: load('user'), context })
  save('queue', queue.slice(-MOST * 4))
  later(200)
}
const later = wait => { timer = timer || setTimeout(() => { timer = 0; send() }, wait) }

// A message leaves the queue when the collector has it: what is sent twice counts once, by its id.
const send = leaving => {
  const queue = load('queue') || [], batch = []
  if (!queue.length || !allowed() || busy && !leaving) return
  let size = 0
  for (const message of queue.slice(0, MOST)) {
    size += JSON.stringify(message).length * 2
    if (size < BYTES || !batch.length) batch.push(message)
  }
  const context = { library: { name: 'quanyu.js', version: '1' }, locale: nav.language, screen: { width: screen.width, height: screen.height } }
  const body = JSON.stringify({ sent_at: Date.now(), anonymous_id: load('id') || save('id', uuid()), context, batch })
  if (leaving && nav.sendBeacon) return nav.sendBeacon(url, body)
  busy = true
  fetch(url, { method: 'POST', body, keepalive: body.length < BYTES, credentials: 'omit' }).then(answer => {
    if (answer.status > 499 || [408, 429].includes(answer.status)) throw answer
    const gone = batch.map(message => message.id), left = load('queue')
    if (left) save('queue', left.filter(message => !gone.includes(message.id)))
    tries = 0
    later(200)
  }).catch(answer => {
    const told = answer.headers && answer.headers.get('retry-after') * 1e3
    later(Math.min(told || 1e3 * 2 ** tries++, 3e5))
  }).then(() => { busy = false })
}

// Time counts while the page is seen.
const view = () => {
  leave()
  page = { path: location.pathname, shown: 0, since: doc.hidden ? 0 : Date.now(), at: location.href }
  add('page')
}
const leave = () => {
  if (!page) return
  if (page.since) page.shown += Date.now() - page.since
  if (page.shown > 999) add('track', 'page_leave', { path: page.path, seconds: Math.round(page.shown / 100) / 10 })
  page.shown = page.since = 0
}
const moved = () => { if (page && page.at.split('#')[0] !== location.href.split('#')[0]) view() }
// What stands in a field is nobody's business; a name that the page gives says more than its text.
const clicked = event => {
  const on = event.target.closest && event.target.closest('a[href], button, [data-track]')
  if (!on) return
  const text = (on.getAttribute('aria-label') || on.textContent).trim().replace(/\s+/g, ' ').slice(0, 80)
  add('track', on.dataset.track || 'click', { text, href: on.href && String(on.href).slice(0, 500), id: on.id || undefined })
}

const api = win.quanyu = {
  track: (name, properties) => add('track', String(name), properties),
  page: view,
  identify: (id, traits) => {
    if (allowed()) save('user', String(id))
    add('identify', undefined, undefined, traits || {})
  },
  reset: forget,
  consent: may => {
    const before = allowed()
    save('consent', !!may)
    if (!allowed()) forget()
    else if (!before) { page = null; view() }
  },
  flush: () => send(),
  // What is due for this browser in a slot of the page: put into the element, and given back.
  slot: (name, on) => allowed() && fetch(new URL('/slot/' + encodeURIComponent(name) + '?key=' + encodeURIComponent(tag.dataset.key) + '&id=' + (load('id') || save('id', uuid())), tag.dataset.slots || tag.src), { credentials: 'omit' })
    .then(answer => answer.status === 200 ? answer.json() : null)
    .then(due => {
      const place = typeof on === 'string' ? doc.querySelector(on) : on
      if (due && place) {
        if (due.html) place.innerHTML = due.html
        else {
          const link = place.appendChild(doc.createElement(due.link ? 'a' : 'p'))
          link.textContent = due.text
          if (due.link) link.href = due.link
        }
      }
      return due
    }).catch(() => null)
}
view()
waiting.forEach(([name, ...given]) => api[name] && api[name](...given))
for (const name of ['pushState', 'replaceState']) {
  const own = history[name]
  history[name] = function (...given) { own.apply(this, given); moved() }
}
const gone = () => { leave(); send(true) }
win.addEventListener('popstate', moved)
win.addEventListener('online', api.flush)
win.addEventListener('pagehide', gone)
doc.addEventListener('click', clicked, true)
doc.addEventListener('visibilitychange', () => { if (doc.hidden) gone(); else if (page) page.since = Date.now() })
})()
