import {describe, expect, test} from '@jest/globals'
import {changedSource} from '../../../src/evidence/predicted-mesh/changed-source.js'
import {parseConfigDump} from '../../../src/formats/envoy-config-dump/parse.js'
import {parseChange} from '../../../src/formats/settings/change-file.js'
import {untranslatedFields} from '../../../src/istiod/untranslated-fields.js'
import {pathReport} from '../../../src/reports/trace/path-report.js'
import {sampleSource} from '../../support/sample.js'

const GATEWAY = (server: string) => `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: bookinfo-gateway, namespace: demo}
spec: {selector: {istio: ingressgateway}, servers: [${server}]}
`
const OWN = '{port: {number: 80, name: http, protocol: HTTP}, hosts: [bookinfo.example.com]}'

async function sample() {
  return await sampleSource()
}

/** What a client outside gets from the captured gateway after a change: status, or the outcome. */
async function asked(change: string, to = 'http://bookinfo.example.com/productpage') {
  const source = changedSource(await sample(), parseChange(Buffer.from(change)), 'istio-system')
  const question = {from: {kind: 'ingress'}, to, flags: {} as never, istioNamespace: 'istio-system'} as const
  const {branches} = await pathReport(source, question)
  return branches.map(each => `${each.outcome} ${each.status ?? '-'}`)
}

// What Istio's documentation says of each (istio.io, "Gateway", "Virtual Service").
describe('a captured gateway after a change of its objects', () => {
  test.each([
    [
      'its VirtualService is deleted',
      'delete: [{apiVersion: networking.istio.io/v1, kind: VirtualService, namespace: demo, name: bookinfo}]\napply: []',
      ['no-route 404'],
    ],
    ['the host of its server is another', GATEWAY(OWN.replace('bookinfo', 'other')), ['no-route 404']],
    [
      'the server takes hosts for VirtualServices of another namespace only',
      GATEWAY(OWN.replace('[bookinfo', '[held/bookinfo')),
      ['no-route 404'],
    ],
    ['its own namespace is named', GATEWAY(OWN.replace('[bookinfo', '[./bookinfo')), ['delivered 200']],
    ['the server takes every host', GATEWAY(OWN.replace('bookinfo.example.com', '"*"')), ['delivered 200']],
    [
      'it redirects to HTTPS',
      GATEWAY(OWN.replace('protocol: HTTP}', 'protocol: HTTP}, tls: {httpsRedirect: true}')),
      ['answered 301'],
    ],
    ['its selector fits other pods', GATEWAY(OWN).replace('ingressgateway', 'egressgateway'), ['refused 0']],
  ])('%s', async (_, change, expected) => {
    expect(await asked(change)).toEqual(expected)
  })

  test('a change that does not concern it leaves its configuration as it was read', async () => {
    const source = await sample()
    const pods = await source.objects({kind: 'Pod', namespace: 'istio-system'})
    const name = pods.ok ? pods.value.find(each => each.metadata.name.includes('ingress'))?.metadata.name : undefined
    const pod = {namespace: 'istio-system', name: name ?? ''}
    const change = 'apply: []\ndelete: [{kind: DestinationRule, namespace: demo, name: details-plaintext}]'
    const after = changedSource(source, parseChange(Buffer.from(change)), 'istio-system')
    const jsonOf = async (of: typeof source) => {
      const artifact = await of.evidence('envoy.config_dump', pod)
      const dump = artifact.ok ? parseConfigDump(artifact.value) : artifact
      return dump.ok ? (dump.value.json as {configs: readonly {'@type': string}[]}).configs : []
    }
    const kept = (configs: readonly {'@type': string}[]) =>
      configs.filter(each => /\.(Listeners|Routes)ConfigDump$/.test(each['@type']))
    expect(kept(await jsonOf(source)).length).toBe(2)
    expect(kept(await jsonOf(after))).toEqual(kept(await jsonOf(source)))
  })

  test('servers that end or pass on TLS in a way of their own are named as not translated', () => {
    const server = (protocol: string, mode: string) => ({port: {number: 443, protocol}, tls: {mode}})
    const servers = [server('TLS', 'PASSTHROUGH'), server('TLS', 'AUTO_PASSTHROUGH'), server('HTTPS', 'ISTIO_MUTUAL')]
    const gateway = {apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: {name: 'x'}, spec: {servers}}
    expect(untranslatedFields(gateway as never).map(each => each.path)).toEqual(['spec.servers[1]', 'spec.servers[2]'])
  })
})
