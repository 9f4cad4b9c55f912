import {readFileSync} from 'node:fs'
import {gunzipSync} from 'node:zlib'
import {expect, test} from '@jest/globals'
import {redactEvidence, redactObject} from '../../../src/formats/redact/redact.js'
import {EVIDENCE_IDS} from '../../../src/model/evidence.js'
import {sampleSource} from '../../support/served.js'

test('the sample that ships holds no key or token', () => {
  const inside = gunzipSync(readFileSync('src/sample/mesh.tgz')).toString('latin1')
  expect(inside).not.toMatch(/PRIVATE KEY-----/)
  expect(inside).not.toMatch(/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/)
  const base64 = inside.match(/LS0tLS1CRUdJTi[A-Za-z0-9+/]+/g) ?? []
  expect(base64.length).toBeGreaterThan(10)
  for (const each of new Set(base64))
    expect(Buffer.from(each, 'base64').toString('latin1')).not.toContain('PRIVATE KEY')
})

test('redacting the sample changes nothing: everything in it has been through redaction', async () => {
  const source = await sampleSource()
  let pieces = 0
  for (const {kind} of source.kinds?.() ?? []) {
    const held = await source.objects({kind})
    for (const object of held.ok ? held.value : []) expect(redactObject(object)).toEqual(object)
  }
  const pods = await source.objects({kind: 'Pod'})
  for (const pod of pods.ok ? pods.value : []) {
    for (const id of EVIDENCE_IDS) {
      const answer = await source.evidence(id, {namespace: pod.metadata.namespace ?? '', name: pod.metadata.name})
      if (!answer.ok) continue
      expect(Buffer.from(redactEvidence(id, answer.value.bytes)).equals(answer.value.bytes)).toBe(true)
      pieces += 1
    }
  }
  expect(pieces).toBeGreaterThan(150)
})
