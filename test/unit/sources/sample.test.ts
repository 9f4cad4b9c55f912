import {readFileSync} from 'node:fs'
import {gunzipSync} from 'node:zlib'
import {expect, test} from '@jest/globals'
import {redactedOnce} from './redacted-sample.js'

test('the sample that ships holds no key or token', () => {
  const inside = gunzipSync(readFileSync('src/sample/mesh.tgz')).toString('latin1')
  expect(inside).not.toMatch(/PRIVATE KEY-----/)
  expect(inside).not.toMatch(/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/)
  const base64 = inside.match(/LS0tLS1CRUdJTi[A-Za-z0-9+/]+/g) ?? []
  expect(base64.length).toBeGreaterThan(10)
  for (const each of new Set(base64))
    expect(Buffer.from(each, 'base64').toString('latin1')).not.toContain('PRIVATE KEY')
})

redactedOnce(0.15)
