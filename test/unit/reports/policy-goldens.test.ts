import {expect, test} from '@jest/globals'
import {objectOf} from '../../../src/formats/decode.js'
import {kindWord} from '../../../src/model/kube/kinds.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {objectRefOf} from '../../../src/model/kube/pod.js'
import {whatIfPairsReport} from '../../../src/reports/what-if/pairs-report.js'
import {whatIfPairsView} from '../../../src/reports/what-if/pairs-view.js'
import type {Overlay} from '../../../src/sources/overlay.js'
import {renderDoc} from '../../../src/terminal/render.js'
import {expectGolden} from '../../support/golden.js'
import {sampleSource} from '../../support/sample.js'

const KINDS = ['PeerAuthentication', 'AuthorizationPolicy']

/** The policies of the sample mesh: those of the recorded meshes. */
async function policies(): Promise<readonly KubeObject[]> {
  const source = await sampleSource()
  const answers = await Promise.all(KINDS.map(kind => source.objects({kind})))
  return answers.flatMap(each => (each.ok ? each.value : []))
}

function strict(object: KubeObject): KubeObject {
  const selector = objectOf(object, 'spec', 'selector')
  return {...object, spec: {...(selector === undefined ? {} : {selector}), mtls: {mode: 'STRICT'}}} as KubeObject
}

async function tableOf(change: Overlay): Promise<string> {
  const source = await sampleSource()
  const report = await whatIfPairsReport(source, {...change, problems: []}, undefined, 'istio-system')
  return renderDoc(whatIfPairsView.doc(report, 'table'), {width: 160, colour: false, headers: true})
}

const all = await policies()

test('the sample holds the policies of the recorded mesh', () => {
  expect(all.map(each => `${kindWord(each)} ${each.metadata.namespace}/${each.metadata.name}`)).toEqual([
    'PeerAuthentication demo/db-permissive',
    'PeerAuthentication demo/default',
    'AuthorizationPolicy demo/deny-admin',
    'AuthorizationPolicy demo/ratings-viewer',
    'AuthorizationPolicy amb/api-allow',
    'AuthorizationPolicy amb/api-deny-admin',
    'AuthorizationPolicy amb/api-only-waypoint',
  ])
})

// The tables were read beside what the recorded changes of the same objects did to real requests.
test.each(
  all.map(each => [`${each.kind}-${each.metadata.namespace}-${each.metadata.name}`.toLowerCase(), each] as const),
)('what changes when %s is deleted', async (name, object) => {
  const table = await tableOf({apply: [], remove: [objectRefOf(object)]})
  expectGolden(`src/reports/what-if/golden/${name}-deleted.txt`, table)
})

test.each(
  all
    .filter(each => each.kind === 'PeerAuthentication')
    .map(each => [`${each.kind}-${each.metadata.namespace}-${each.metadata.name}`.toLowerCase(), each] as const),
)('what changes when %s is made STRICT', async (name, object) => {
  expectGolden(`src/reports/what-if/golden/${name}-strict.txt`, await tableOf({apply: [strict(object)], remove: []}))
})
