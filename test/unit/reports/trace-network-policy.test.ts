import {beforeAll, describe, expect, test} from '@jest/globals'
import {pathQuestion} from '../../../src/cli/flags/path-question.js'
import {missing} from '../../../src/model/evidence/answer.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import {type PathBranch, type PathReport, pathReport} from '../../../src/reports/trace/path-report.js'
import type {Source} from '../../../src/sources/source.js'
import {sampleSource} from '../../support/sample.js'

// How policies decide: kubernetes.io, "Network Policies"; what the network sees of ambient pods: istio.io, "Ambient and Kubernetes NetworkPolicy".

let sample: Source

beforeAll(async () => {
  sample = await sampleSource()
})

function policy(spec: object, namespace = 'demo'): KubeObject {
  const apiVersion = 'networking.k8s.io/v1'
  return {apiVersion, kind: 'NetworkPolicy', metadata: {name: 'guard', namespace}, spec}
}

/** A pod of a DaemonSet that a network plugin runs on each node. */
function agent(container: string, image: string, args: readonly string[] = []): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: `${container}-x`, namespace: 'kube-system'},
    spec: {hostNetwork: true, containers: [{name: container, image, args}]},
    status: {phase: 'Running', podIPs: [{ip: '10.244.0.1'}]},
  }
}

/** The sample with more objects of some kinds. */
function withObjects(more: readonly KubeObject[]): Source {
  return {
    ...sample,
    async objects(query) {
      const answer = await sample.objects(query)
      const added = more.filter(
        ({kind, metadata}) =>
          kind === query.kind && (query.namespace === undefined || query.namespace === metadata.namespace),
      )
      if (!answer.ok) return added.length === 0 ? answer : {ok: true, value: added}
      return {ok: true, value: [...answer.value, ...added]}
    },
  }
}

async function traced(source: Source, from: string, to: string, namespace = 'demo'): Promise<PathReport> {
  const question = await pathQuestion(source, from, to, {namespace, istioNamespace: 'istio-system'}, async () => {})
  return await pathReport(source, question)
}

async function main(more: readonly KubeObject[], from: string, to: string, namespace?: string): Promise<PathBranch> {
  const {branches} = await traced(withObjects(more), from, to, namespace)
  const [branch] = branches
  if (branch === undefined) throw new Error('a request has a way')
  return branch
}

const CLIENT = 'deploy/productpage-v1'
const SERVER = 'sick-noinject:9080'
const ENFORCED = "the cluster's network plugin enforces NetworkPolicies"
const CALICO = agent('calico-node', 'docker.io/calico/node:v3.28.0')
const DENY_ALL = {podSelector: {}, policyTypes: ['Ingress']}

function allowing(peers: readonly object[] | undefined, ports: readonly object[] | undefined): object {
  return {podSelector: {}, ingress: [{...(peers && {from: peers}), ...(ports && {ports})}]}
}

describe('a NetworkPolicy that lets a connection not through', () => {
  test('ends it, if the plugin enforces it; the object, the field and what to allow are named', async () => {
    const branch = await main([policy(DENY_ALL)], CLIENT, SERVER)
    expect(branch).toMatchObject({outcome: 'refused', status: 503, flags: ['UF', 'URX'], condition: ENFORCED})
    expect(branch.because).toMatch(
      /^NetworkPolicy demo\/guard lets no connection from productpage-v1-\S+ to sick-noinject-v1-\S+ port 9080 through$/,
    )
    expect(branch.cause).toEqual({
      object: {kind: 'NetworkPolicy', namespace: 'demo', name: 'guard'},
      field: 'spec.ingress',
      fix: 'Allow TCP port 9080 for the other end under spec.ingress of NetworkPolicy demo/guard, or in another NetworkPolicy that selects the same pod.',
    })
    expect(branch.steps.at(-1)).toMatchObject({hop: 'network'})
  })

  test.each([
    ['calico-node', 'docker.io/calico/node:v3.28.0', [], 'Calico'],
    ['cilium-agent', 'quay.io/cilium/cilium:v1.16.0', [], 'Cilium'],
    ['kindnet-cni', 'docker.io/kindest/kindnetd:v20241212-9f82dd49', [], 'kindnet'],
    ['aws-eks-nodeagent', 'x/aws-network-policy-agent:v1.1.0', ['--enable-network-policy=true'], 'Amazon VPC CNI'],
  ])('certainly where %s runs', async (container, image, args, plugin) => {
    const branch = await main([policy(DENY_ALL), agent(container, image, args)], CLIENT, SERVER)
    expect(branch).toMatchObject({outcome: 'refused', condition: null})
    expect(branch.because).toContain(`(${plugin} enforces it)`)
  })

  test.each([
    ['kube-flannel', 'docker.io/flannel/flannel:v0.25.0', [], 'flannel'],
    ['kindnet-cni', 'docker.io/kindest/kindnetd:v20230511-dc714da8', [], 'kindnet'],
    ['aws-eks-nodeagent', 'x/aws-network-policy-agent:v1.1.0', ['--enable-network-policy=false'], 'Amazon VPC CNI'],
  ])('not where only %s runs, which is said', async (container, image, args, plugin) => {
    const source = withObjects([policy(DENY_ALL), agent(container, image, args)])
    const {branches, caveats} = await traced(source, CLIENT, SERVER)
    expect(branches.map(({outcome}) => outcome)).toEqual(['delivered'])
    expect(caveats).toContain(`NetworkPolicies are not enforced: ${plugin} does not enforce them`)
  })

  test('has flannel beside it and is enforced all the same', async () => {
    const flannel = agent('kube-flannel', 'docker.io/flannel/flannel:v0.25.0')
    expect(await main([policy(DENY_ALL), flannel, CALICO], CLIENT, SERVER)).toMatchObject({condition: null})
  })
})

describe('what a NetworkPolicy allows', () => {
  const PRODUCTPAGE = {podSelector: {matchLabels: {app: 'productpage'}}}
  const NAMED = {namespaceSelector: {matchLabels: {'kubernetes.io/metadata.name': 'demo'}}}
  test.each<readonly [string, object, string]>([
    ['the pods of the client', allowing([PRODUCTPAGE], undefined), 'delivered'],
    ['other pods', allowing([{podSelector: {matchLabels: {app: 'other'}}}], undefined), 'refused'],
    ['the namespace by its name', allowing([NAMED], undefined), 'delivered'],
    ['pods of a namespace that both fit', allowing([{...NAMED, ...PRODUCTPAGE}], undefined), 'delivered'],
    ['another namespace', allowing([{namespaceSelector: {matchLabels: {a: 'b'}}}], undefined), 'refused'],
    ['the port of the application', allowing(undefined, [{port: 9080}]), 'delivered'],
    ['a range with the port', allowing(undefined, [{port: 9000, endPort: 9100}]), 'delivered'],
    ['the port by a name no container has', allowing(undefined, [{port: 'web'}]), 'refused'],
    ['UDP', allowing(undefined, [{protocol: 'UDP', port: 9080}]), 'refused'],
    ['addresses of the client', allowing([{ipBlock: {cidr: '10.244.0.0/24'}}], undefined), 'delivered'],
    [
      'addresses but that of the client',
      allowing([{ipBlock: {cidr: '10.244.0.0/24', except: ['10.244.0.14/32']}}], undefined),
      'refused',
    ],
  ])('%s', async (_name, spec, outcome) => {
    expect((await main([policy(spec), CALICO], CLIENT, SERVER)).outcome).toBe(outcome)
  })

  test('the port of the application, not that of the sidecar, between pods with sidecars', async () => {
    const app = policy(allowing(undefined, [{port: 9080}]))
    const sidecar = policy(allowing(undefined, [{port: 15006}]))
    expect((await main([app, CALICO], 'deploy/reviews-v1', 'productpage:9080')).outcome).toBe('delivered')
    const stopped = await main([sidecar, CALICO], 'deploy/reviews-v1', 'productpage:9080')
    expect(stopped).toMatchObject({outcome: 'refused', status: 503})
    expect(stopped.because).toContain('port 9080 through')
  })

  test('addresses outside the cluster, under egress', async () => {
    const to = (cidr: string) => policy({podSelector: {}, policyTypes: ['Egress'], egress: [{to: [{ipBlock: {cidr}}]}]})
    const outside = 'http://93.184.216.34/'
    expect((await main([to('93.184.216.0/24'), CALICO], 'deploy/reviews-v1', outside)).outcome).toBe('delivered')
    const stopped = await main([to('10.0.0.0/8'), CALICO], 'deploy/reviews-v1', outside)
    expect(stopped).toMatchObject({outcome: 'refused', status: 503, cause: {field: 'spec.egress'}})
    // A selector of namespaces, even an empty one, is about pods.
    const pods = policy({podSelector: {}, policyTypes: ['Egress'], egress: [{to: [{namespaceSelector: {}}]}]})
    expect((await main([pods, CALICO], 'deploy/reviews-v1', outside)).outcome).toBe('refused')
  })

  test('HBONE between pods of the ambient mesh: the network sees port 15008 only', async () => {
    const from = 'deploy/client'
    const to = 'http://api:9080/pub/a'
    const app = await main([policy(allowing(undefined, [{port: 9080}]), 'amb'), CALICO], from, to, 'amb')
    expect(app.outcome).toBe('refused')
    expect(app.because).toContain('port 15008 through (Calico enforces it)')
    const tunnel = await main([policy(allowing(undefined, [{port: 15008}]), 'amb'), CALICO], from, to, 'amb')
    expect(tunnel.outcome).toBe('delivered')
  })
})

test('NetworkPolicies that cannot be read are said not to be checked', async () => {
  const source: Source = {
    ...sample,
    objects: async query =>
      query.kind === 'NetworkPolicy'
        ? missing('NetworkPolicy objects', 'no-privilege', 'forbidden')
        : await sample.objects(query),
  }
  const {caveats} = await traced(source, CLIENT, SERVER)
  expect(caveats.filter(each => each.startsWith('NetworkPolicies were not checked: '))).toHaveLength(1)
})
