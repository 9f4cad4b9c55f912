import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {overviewQuestion} from '../../../src/cli/flags/overview-question.js'
import {memorySource} from '../../support/memory-source.js'
import {tempFolder} from '../../support/temp-folder.js'

const folder = tempFolder('overview-question')

function settings(text: string): void {
  writeFileSync(join(folder, '.meshctl.yaml'), text)
}

test('the settings that check and analyze take are those of report too', async () => {
  settings('severities:\n  gateway-crd-old: error\n  MCT1001: info\n')
  const ask = await overviewQuestion({istioNamespace: 'istio-system'}, folder, '1.0.0')
  const {policy} = ask(memorySource({}))
  expect([...policy.severities]).toEqual([
    ['MCT2065', 'error'],
    ['MCT1001', 'info'],
  ])
})

test('a rule that nobody has is an error', async () => {
  settings('severities:\n  no-such-rule: error\n')
  await expect(overviewQuestion({istioNamespace: 'istio-system'}, folder, '1.0.0')).rejects.toThrow('no-such-rule')
})
