import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import type {KubeObject} from '../../src/model/kube/kube-object.js'
import {controlPlaneReport} from '../../src/reports/diff/control-plane.js'
import {diffView} from '../../src/reports/diff/view.js'
import {overlaySource} from '../../src/sources/overlay.js'
import {renderDoc} from '../../src/terminal/render.js'
import {ambientCapture} from '../support/ambient-capture.js'
import {captureSource} from '../support/mesh-capture.js'
import {SHARED, sharedTest} from '../support/shared-data.js'

const ZTUNNEL = {namespace: 'istio-system', name: 'ztunnel-lwqz5'}
const OPTIONS = {istioNamespace: 'istio-system'}
const POLICY = {
  apiVersion: 'security.istio.io/v1',
  kind: 'AuthorizationPolicy',
  metadata: {name: 'l4-deny-9081', namespace: 'amb'},
  spec: {selector: {matchLabels: {app: 'l4'}}, action: 'DENY', rules: [{to: [{operation: {ports: ['9082']}}]}]},
} as unknown as KubeObject

describe('what a ztunnel has, beside what the objects say it should', () => {
  const read = async () =>
    await captureSource(
      ambientCapture(join(SHARED, 'ambient'), {
        moment: '2-policy',
        capturedAt: '2026-11-30T00:57:00Z',
        unredacted: true,
      }),
    )

  sharedTest('the recorded one lacks only what was made after it was asked', async () => {
    const {pairs, failing} = await controlPlaneReport(await read(), ZTUNNEL, OPTIONS)
    const names = pairs.flatMap(({comparison}) => comparison.differences.map(({kind, name}) => `${kind} ${name}`))
    expect(names.filter(each => !/(newcomer|nocni|natnft|late)/.test(each))).toEqual([])
    expect(failing).toBe(names.length > 0)
  })

  sharedTest('a policy that it does not have as the object has it is named', async () => {
    const source = overlaySource(await read(), {apply: [POLICY], remove: []})
    const report = await controlPlaneReport(source, ZTUNNEL, OPTIONS)
    const text = renderDoc(diffView.doc(report, 'table'), {width: 160, colour: false, headers: true})
    expect(text).toContain('policy amb/l4-deny-9081')
    expect(text).toContain('9082')
  })
})
