import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {gunzipSync} from 'node:zlib'
import {expect, test} from '@jest/globals'
import {parseAllDocuments} from 'yaml'
import {readConfigObject} from '../../../src/formats/istio-config/config-object.js'
import {differsFromKnown, readServedSchemas} from '../../../src/formats/istio-config/crd-schemas.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {hasShared, SHARED} from '../../support/shared-data.js'
import {skipUnless} from '../../support/skip-unless.js'

const NAMES = ['istio-1.31.yaml.gz', 'gateway-api-standard.yaml.gz']
const {describe: withReleases} = skipUnless(
  NAMES.every(name => hasShared('crds', name)),
  'the CRDs of Istio and the Gateway API in ../shared/data',
)

function definitions(name: string): readonly KubeObject[] {
  const text = gunzipSync(readFileSync(resolve(SHARED, 'crds', name))).toString('utf8')
  const marked = text.replace(/^(?=apiVersion: apiextensions\.k8s\.io\/v1$)/gm, '---\n')
  return parseAllDocuments(marked)
    .map(document => document.toJS() as KubeObject | null)
    .filter(object => object !== null)
    .filter(({kind}) => kind === 'CustomResourceDefinition')
}

withReleases('the CRDs of a cluster', () => {
  test.each(NAMES)('%s has the schemas meshctl holds, descriptions aside', name => {
    const served = readServedSchemas(definitions(name).map(raw => readConfigObject(raw, 'default')))
    expect(served.size).toBeGreaterThan(8)
    expect([...served.values()].filter(differsFromKnown).map(({kind}) => kind)).toEqual([])
  })

  test('differ when one field has another type', () => {
    const [first] = definitions(NAMES[0] ?? '')
    const changed: unknown = JSON.parse(JSON.stringify(first).replace(/"type":"string"/g, '"type":"integer"'))
    const served = readServedSchemas([readConfigObject(changed as KubeObject, 'default')])
    expect([...served.values()].map(differsFromKnown)).toEqual([true])
  })
})
