import { Analytics } from '@segment/analytics-node'

const [url, key] = process.argv.slice(2)
const client = new Analytics({ writeKey: key, host: url, flushInterval: 50 })
const timestamp = new Date('2026-11-11T00:00:00.123Z')
client.identify({ userId: '17', anonymousId: 'browser-1', traits: { email: 'li@example.com' } })
client.track({ userId: '17', event: 'Product Added', properties: { sku: 'sku-1' }, timestamp, messageId: 'm-1' })
client.page({ anonymousId: 'browser-1', name: 'Home', properties: { path: '/' }, timestamp })
client.alias({ userId: '17', previousId: 'browser-1' })
await client.closeAndFlush()
