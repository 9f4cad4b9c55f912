import {expect, test} from '@jest/globals'
import {scrubFields} from '../../../src/formats/redact/scrub.js'
import {logLines} from '../../../src/rules/log-lines.js'
import {meshctl} from '../../support/cli.js'

const SECRET = 'Cnry7Kq20Zt2Wv'
const LOG = [
  `2026-11-20T18:54:18.000000Z\twarn\tca\tfailed to sign CSR: rpc error: password=${SECRET}`,
  `[2026-11-20T18:54:18.000Z] "GET /pay?token=${SECRET}&page=2 HTTP/1.1" 503 UF upstream_reset_before_response_started{connection_failure} - "-" 0 91 10 - "-" "curl" "8c2f" "ratings:9080" "10.0.0.1:9080" outbound|9080||ratings.demo.svc.cluster.local - 10.0.0.1:9080 10.0.0.2:1 - default`,
  '',
].join('\n')

test.each([[['explain', '-']], [['explain', '-', '-o', 'json']]])('%p quotes a log without its secrets', async argv => {
  const {stdout, stderr, code} = await meshctl(argv, {input: LOG})
  expect(code).toBe(0)
  expect(stdout + stderr).not.toContain(SECRET)
  expect(stdout).toContain('/pay?token=[redacted]&page=2')
})

test('a finding quotes a log without its secrets', () => {
  expect(JSON.stringify(logLines(LOG, /failed to sign/))).toContain('rpc error: password=[redacted]')
})

test('what was read of a line keeps all but its secrets', () => {
  const entry = {
    request: `GET /pay?token=${SECRET}&page=2 HTTP/1.1`,
    code: '503',
    flags: ['UF'],
    authority: 'ratings:9080',
  }
  expect(scrubFields(entry)).toEqual({...entry, request: 'GET /pay?token=[redacted]&page=2 HTTP/1.1'})
})
