import {request} from 'node:http'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type PageServer, startPageServer} from '../../../src/cli/runs/page-server.js'

let server: PageServer | undefined
let made = 0
let clock = 0
let broken = false

beforeEach(async () => {
  made = 0
  clock = 0
  broken = false
  const make = async () => {
    made += 1
    if (broken) throw new Error('the cluster\u001b[31m is gone')
    return `<p>page ${made}</p>`
  }
  server = await startPageServer(make, {port: 0, maxAgeMs: 1000, now: () => clock})
})

afterEach(async () => {
  await server?.close()
})

interface Answered {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
}

/** A request as any program could send it, Host included. */
function ask(change: {path?: string; method?: string; headers?: Record<string, string>} = {}): Promise<Answered> {
  const url = new URL(server?.url ?? '')
  const {path = url.pathname, method = 'GET', headers = {}} = change
  return new Promise((resolve, reject) => {
    const call = request(
      {host: '127.0.0.1', port: url.port, path, method, headers: {host: url.host, ...headers}},
      answer => {
        let body = ''
        answer.setEncoding('utf8')
        answer.on('data', text => {
          body += text
        })
        answer.on('end', () => resolve({status: answer.statusCode ?? 0, body, headers: answer.headers}))
      },
    )
    call.once('error', reject)
    call.end()
  })
}

describe('the server of a page', () => {
  test('gives the page at its own address, with a policy that no page can frame', async () => {
    const {status, body, headers} = await ask()
    expect({status, body}).toEqual({status: 200, body: '<p>page 1</p>'})
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    })
    expect(server?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{32}\/$/)
  })

  test.each([
    ['without the secret', {path: '/'}, 404],
    ['with another secret', {path: `/${'A'.repeat(32)}/`}, 404],
    ['below the secret', {path: 'DEEPER'}, 404],
    ['a name that leads to this address', {headers: {host: 'evil.example'}}, 421],
    ['a page of another site', {headers: {'sec-fetch-site': 'cross-site'}}, 403],
    ['a page of the same machine', {headers: {'sec-fetch-site': 'same-site'}}, 403],
    ['what would change something', {method: 'POST'}, 405],
  ] as const)('refuses %s', async (_, change, status) => {
    const path = 'path' in change && change.path === 'DEEPER' ? `${new URL(server?.url ?? '').pathname}x` : undefined
    const asked = await ask({...change, ...(path === undefined ? {} : {path})})
    expect(asked.status).toBe(status)
    expect(asked.body).not.toContain('<p>')
    expect(made).toBe(0)
  })

  test('makes a page again when the last is old enough, and says when it is the same', async () => {
    const first = await ask()
    clock = 999
    expect((await ask({headers: {'if-none-match': String(first.headers.etag)}})).status).toBe(304)
    clock = 1000
    expect((await ask({headers: {'if-none-match': String(first.headers.etag)}})).body).toBe('<p>page 2</p>')
    expect(made).toBe(2)
  })

  test('a page that cannot be made is an answer, and is tried again', async () => {
    broken = true
    expect(await ask()).toMatchObject({status: 503, body: 'the cluster\\x1b[31m is gone'})
    broken = false
    expect((await ask()).status).toBe(200)
  })
})
