import { createRequire } from 'node:module'

const Sensors = createRequire(import.meta.url)('sa-sdk-node')
const [url, key] = process.argv.slice(2)
const client = new (Sensors.default || Sensors)()
client.disableReNameOption()
client.submitTo({ url: `${url}/sa?token=${key}`, gzip: true, mode: 'track', timeout: 5000 })
client.track('cookie-1', 'ViewProduct', { sku: 'sku-1', $time: new Date('2026-11-11T00:00:00.123Z') })
client.trackSignup('17', 'cookie-1', {})
client.track('17', 'PayOrder', { amount: 9.5, $is_login_id: true })
client.profileSet('17', { level: 'gold', $is_login_id: true })
