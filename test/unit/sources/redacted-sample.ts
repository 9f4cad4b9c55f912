import {expect, test} from '@jest/globals'
import {redactEvidence, redactObject} from '../../../src/formats/redact/redact.js'
import {EVIDENCE_IDS} from '../../../src/model/evidence/evidence.js'
import {corpusShare} from '../../support/oracle-size.js'
import {sampleSource} from '../../support/served.js'

/** Redacts all objects of the sample and the evidence of a share of its pods once more. */
export function redactedOnce(share: number): void {
  test('redacting the sample changes nothing: everything in it has been through redaction', async () => {
    const source = await sampleSource()
    let pieces = 0
    for (const {kind} of source.kinds?.() ?? []) {
      const held = await source.objects({kind})
      for (const object of held.ok ? held.value : []) expect(redactObject(object)).toEqual(object)
    }
    const pods = await source.objects({kind: 'Pod'})
    const asked = corpusShare('SAMPLE', pods.ok ? pods.value : [], share)
    for (const pod of asked) {
      for (const id of EVIDENCE_IDS) {
        const answer = await source.evidence(id, {namespace: pod.metadata.namespace ?? '', name: pod.metadata.name})
        if (!answer.ok) continue
        expect(Buffer.from(redactEvidence(id, answer.value.bytes)).equals(answer.value.bytes)).toBe(true)
        pieces += 1
      }
    }
    expect(pieces).toBeGreaterThan(4 * asked.length)
  })
}
