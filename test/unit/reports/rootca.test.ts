import {describe, expect, test} from '@jest/globals'
import {reportExitCode} from '../../../src/reports/report.js'
import {rootCaReport} from '../../../src/reports/rootca/report.js'
import {rootCaView} from '../../../src/reports/rootca/view.js'
import {renderDoc} from '../../../src/terminal/render.js'
import {configDump} from '../../support/config-dump.js'
import {keptCorpus} from '../../support/istioctl-corpus.js'
import {memorySource} from '../../support/memory-source.js'

const PLAIN = {width: 120, colour: false, headers: true}

/** Two real certificates of a recorded dump: the mesh's root, and a workload's own standing in for another root. */
function certificates(): readonly [string, string] {
  const corpus = keptCorpus()
  const path = corpus.runs[0]?.argv.find(word => word.endsWith('.json')) ?? ''
  const text = Buffer.from(corpus.read(path)).toString('utf8')
  const found = (field: string) => new RegExp(`"${field}": \\{\\s*"inline_bytes": "([^"]+)"`).exec(text)?.[1] ?? ''
  const chain = Buffer.from(found('certificate_chain'), 'base64').toString('latin1')
  const [own = ''] = chain.match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----\n/) ?? []
  return [found('trusted_ca'), Buffer.from(own, 'latin1').toString('base64')]
}

function trusting(...roots: readonly string[]): Buffer {
  const pem = roots.map(root => Buffer.from(root, 'base64').toString('latin1')).join('\n')
  const inline_bytes = Buffer.from(pem, 'latin1').toString('base64')
  const entry = {name: 'ROOTCA', secret: {validation_context: {trusted_ca: {inline_bytes}}}}
  return configDump({Secrets: {dynamic_active_secrets: roots.length === 0 ? [] : [entry]}})
}

async function compare(left: Buffer, right: Buffer): Promise<{said: string; code: number}> {
  const evidenceOf = {'a.x': {'envoy.config_dump': left}, 'b.y': {'envoy.config_dump': right}}
  const pods = [
    {namespace: 'x', name: 'a'},
    {namespace: 'y', name: 'b'},
  ] as const
  const report = await rootCaReport(memorySource({evidenceOf}), pods)
  return {said: renderDoc(rootCaView.doc(report, 'table'), PLAIN), code: reportExitCode(report)}
}

describe('rootca-compare', () => {
  const [root, other] = certificates()

  test('the same root', async () => {
    expect(await compare(trusting(root), trusting(root))).toEqual({
      said: 'a.x and b.y trust the same root CA\n',
      code: 0,
    })
  })

  test('one root in common is not a finding, and not called the same', async () => {
    expect(await compare(trusting(other, root), trusting(root))).toEqual({
      said: 'a.x and b.y trust 1 root CA in common; only one of them trusts the others (-o wide lists them)\n',
      code: 0,
    })
  })

  test('none in common is a finding', async () => {
    expect(await compare(trusting(root), trusting(other))).toEqual({
      said: 'a.x and b.y trust different root CAs: mTLS between them fails\n',
      code: 1,
    })
  })

  test('a pod without a root cannot be compared', async () => {
    await expect(compare(trusting(root), trusting())).rejects.toThrow('cannot find ROOTCA from secret of b.y')
  })
})
