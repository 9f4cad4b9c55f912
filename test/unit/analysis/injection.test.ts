import {describe, expect, test} from '@jest/globals'
import {decideInjection} from '../../../src/analysis/injection/decision.js'
import {defaultWebhooks} from '../../../src/analysis/injection/default-webhooks.js'
import {webhookVerdicts} from '../../../src/analysis/injection/webhook-verdict.js'
import {readInjectionWebhooks} from '../../../src/formats/istio/injection-webhook.js'
import {readPod} from '../../../src/formats/kube-pod/parse.js'
import type {InjectionWebhook, InjectorSettings} from '../../../src/model/istio/injection.js'
import type {KubeObject} from '../../../src/model/kube/kube-object.js'
import type {PodModel} from '../../../src/model/kube/pod.js'
import type {Labels} from '../../../src/model/kube/selector.js'
import {sampleSource} from '../../support/sample.js'

/** The webhooks of a revision, as the chart makes them when it is not the default one. */
function revision(rev: string): readonly InjectionWebhook[] {
  const requirement = (key: string, operator: string, ...values: string[]) => ({
    key,
    operator,
    ...(values.length === 0 ? {} : {values}),
  })
  const notRefused = requirement('sidecar.istio.io/inject', 'NotIn', 'false')
  const hook = (name: string, namespaces: unknown[], objects: unknown[]) => ({
    name,
    clientConfig: {},
    namespaceSelector: {matchExpressions: namespaces},
    objectSelector: {matchExpressions: objects},
  })
  return readInjectionWebhooks({
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {name: `istio-sidecar-injector-${rev}`, labels: {'istio.io/rev': rev}},
    webhooks: [
      hook(
        'rev.namespace.sidecar-injector.istio.io',
        [requirement('istio.io/rev', 'In', rev), requirement('istio-injection', 'DoesNotExist')],
        [notRefused],
      ),
      hook(
        'rev.object.sidecar-injector.istio.io',
        [requirement('istio.io/rev', 'DoesNotExist'), requirement('istio-injection', 'DoesNotExist')],
        [notRefused, requirement('istio.io/rev', 'In', rev)],
      ),
    ],
  })
}

async function defaults(): Promise<readonly InjectionWebhook[]> {
  const source = await sampleSource()
  const answer = await source.objects({kind: 'MutatingWebhookConfiguration'})
  return (answer.ok ? answer.value : []).flatMap(readInjectionWebhooks)
}

function pod(labels: Labels, more: Partial<KubeObject> = {}, spec: object = {}): PodModel {
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {name: 'p', namespace: 'n', labels},
    spec: {containers: [], ...spec},
    ...more,
  }
  const read = readPod(object as KubeObject)
  if (read === undefined) throw new Error('no pod')
  return read
}

function labels(text: string): Labels {
  return Object.fromEntries(text === '' ? [] : text.split(',').map(each => each.split('=') as [string, string]))
}

describe("istioctl's reasons, as it printed them for these webhooks", () => {
  const N0 =
    'No matching namespace labels (istio.io/rev=default, istio-injection=enabled) or pod labels (istio.io/rev=default, sidecar.istio.io/inject=true)'
  const N1 = 'No matching namespace labels (istio.io/rev=1-16) or pod labels (istio.io/rev=1-16)'
  const PREVENTED = 'label, preventing injection'
  test.each([
    ['', '', N0, N1],
    ['istio-injection=enabled', '', '+Namespace label istio-injection=enabled matches', N1],
    ['istio.io/rev=1-16', '', N0, '+Namespace label istio.io/rev=1-16 matches'],
    ['', 'istio.io/rev=1-16', `Pod has istio.io/rev=1-16 ${PREVENTED}`, '+Pod label istio.io/rev=1-16 matches'],
    ['', 'sidecar.istio.io/inject=true', '+Pod label sidecar.istio.io/inject=true matches', N1],
    [
      'istio-injection=enabled',
      'sidecar.istio.io/inject=true',
      '+Namespace label istio-injection=enabled matches, and pod label sidecar.istio.io/inject=true matches',
      N1,
    ],
    ['istio.io/rev=1-16', 'istio.io/rev=1-16', N0, '+Namespace label istio.io/rev=1-16 matches'],
    [
      'istio-injection=disabled',
      'istio.io/rev=1-16',
      `Namespace has istio-injection=disabled ${PREVENTED}`,
      `Namespace has istio-injection=disabled ${PREVENTED}`,
    ],
    ['istio-injection=enabled', 'istio.io/rev=1-16', '+Namespace label istio-injection=enabled matches', N1],
    [
      'istio-injection=enabled',
      'sidecar.istio.io/inject=false',
      `Pod has sidecar.istio.io/inject=false ${PREVENTED}`,
      N1,
    ],
    ['istio.io/rev=1-16', 'sidecar.istio.io/inject=false', N0, `Pod has sidecar.istio.io/inject=false ${PREVENTED}`],
  ])('namespace %p, pod %p', async (namespace, own, first, second) => {
    const verdicts = webhookVerdicts([...(await defaults()), ...revision('1-16')], labels(namespace), labels(own))
    expect(verdicts.map(({injects, reason}) => `${injects ? '+' : ''}${reason}`)).toEqual([first, second])
  })

  test('a deactivated configuration says so', () => {
    const never = [{key: 'istio.io/deactivated', operator: 'In', values: ['never-match']}] as const
    const [hook] = revision('x')
    if (hook === undefined) throw new Error('no webhook')
    const verdicts = webhookVerdicts([{...hook, namespaceSelector: never, objectSelector: never}], {}, {})
    expect(verdicts[0]?.reason).toBe('The injection webhook is deactivated, and will never match labels.')
  })
})

/** The documented outcome (injection concepts, sidecar injection pages): which revision injects, `-` none. */
describe('which webhook is called, for every pair of namespace and pod labels', () => {
  const PODS = ['', 'sidecar.istio.io/inject=true', 'sidecar.istio.io/inject=false', 'istio.io/rev=R1']
  test.each([
    ['', ['-', 'default', '-', 'R1']],
    ['istio-injection=enabled', ['default', 'default', '-', 'default']],
    ['istio-injection=disabled', ['-', '-', '-', '-']],
    ['istio.io/rev=R1', ['R1', 'R1', '-', 'R1']],
    ['istio-injection=enabled,istio.io/rev=R1', ['default', 'default', '-', 'default']],
  ])('namespace %p', async (namespace, expected) => {
    const webhooks = [...(await defaults()), ...revision('R1')]
    const outcome = PODS.map(own => {
      const decision = decideInjection({
        pod: pod(labels(own)),
        namespace: {name: 'n', labels: labels(namespace), annotations: {}},
        webhooks,
        injectors: [],
      })
      return decision.injected ? decision.revision : '-'
    })
    expect(outcome).toEqual(expected)
  })
})

interface Asked {
  readonly webhooks: readonly InjectionWebhook[]
  readonly namespace: string
  readonly pod?: string
  readonly name?: string
}

function decided({webhooks, namespace, pod: own = '', name = 'n'}: Asked): string {
  const home = {name, labels: labels(namespace), annotations: {}}
  const {injected, revision, decidedBy} = decideInjection({
    pod: pod(labels(own)),
    namespace: home,
    webhooks,
    injectors: [],
  })
  return injected ? `${revision}` : `no: ${decidedBy}`
}

/** The same selectors under another name, as `istioctl tag set` makes them. */
function tagged(tag: string, webhooks: readonly InjectionWebhook[], of: string): readonly InjectionWebhook[] {
  return webhooks.map(hook => ({...hook, configuration: `istio-revision-tag-${tag}`, tag, revision: of}))
}

describe('installations that are not plain', () => {
  const ENABLED = 'istio-injection=enabled'
  test.each([
    [ENABLED, '', 'no: missing webhook'],
    ['', 'sidecar.istio.io/inject=true', 'no: missing webhook'],
    ['', '', 'no: no injection label'],
    ['istio.io/rev=R1', '', 'R1'],
    ['istio.io/rev=R2', '', 'no: missing webhook'],
    ['', 'istio.io/rev=R1', 'R1'],
    ['', 'istio.io/rev=R1,sidecar.istio.io/inject=true', 'R1'],
    ['', 'istio.io/rev=R1,sidecar.istio.io/inject=false', 'no: pod label'],
    [`${ENABLED},istio.io/rev=R1`, '', 'no: missing webhook'],
    ['istio-injection=disabled', 'istio.io/rev=R1', 'no: namespace label'],
    ['istio-injection=True', 'istio.io/rev=R1', 'no: namespace label'],
  ])('a revision and no default: namespace %p, pod %p', (namespace, own, expected) => {
    expect(decided({webhooks: revision('R1'), namespace, pod: own})).toBe(expected)
  })

  test.each([
    ['istio.io/rev=prod', '', 'R1'],
    ['', 'istio.io/rev=prod', 'R1'],
    [ENABLED, '', 'R1'],
    ['istio.io/rev=default', '', 'R1'],
    ['', 'sidecar.istio.io/inject=true', 'R1'],
    ['istio.io/rev=R1', '', 'no: missing webhook'],
  ])('tags prod and default for R1: namespace %p, pod %p', (namespace, own, expected) => {
    const webhooks = [...tagged('prod', revision('prod'), 'R1'), ...tagged('default', defaultWebhooks([]), 'R1')]
    expect(decided({webhooks, namespace, pod: own})).toBe(expected)
  })

  test.each([
    ['', '', 'n', 'default'],
    ['', 'sidecar.istio.io/inject=false', 'n', 'no: pod label'],
    ['istio-injection=disabled', '', 'n', 'no: namespace label'],
    ['kubernetes.io/metadata.name=kube-system', '', 'kube-system', 'no: no injection label'],
  ])('enableNamespacesByDefault: namespace %p, pod %p, named %p', (namespace, own, name, expected) => {
    const absent = (key: string) => ({key, operator: 'DoesNotExist', values: []}) as const
    const [plain] = defaultWebhooks([])
    if (plain === undefined) throw new Error('no webhook')
    const auto: InjectionWebhook = {
      ...plain,
      name: 'auto.sidecar-injector.istio.io',
      namespaceSelector: [
        absent('istio-injection'),
        absent('istio.io/rev'),
        {key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['kube-system', 'kube-public']},
      ],
      objectSelector: [absent('sidecar.istio.io/inject'), absent('istio.io/rev')],
    }
    expect(decided({webhooks: [...defaultWebhooks([]), auto], namespace, pod: own, name})).toBe(expected)
  })

  test('a deactivated default revision serves nobody, and is not named among the known ones', () => {
    const never = [{key: 'istio.io/deactivated', operator: 'In', values: ['never-match']}] as const
    const off = defaultWebhooks([]).map(hook => ({...hook, namespaceSelector: never, objectSelector: never}))
    const home = {name: 'n', labels: {'istio-injection': 'enabled'}, annotations: {}}
    const decision = decideInjection({
      pod: pod({}),
      namespace: home,
      webhooks: [...off, ...revision('R1')],
      injectors: [],
    })
    expect(decision.decidedBy).toBe('missing webhook')
    expect(decision.reason).toContain('(known revisions: R1)')
  })

  test('the webhooks assumed where none are known are those of a real plain installation', async () => {
    const selectors = (hooks: readonly InjectionWebhook[]) =>
      hooks
        .map(({name, namespaceSelector, objectSelector}) => {
          const sorted = [namespaceSelector, objectSelector].map(each => each.map(one => JSON.stringify(one)).sort())
          return `${name} ${JSON.stringify(sorted)}`
        })
        .sort()
    expect(selectors(defaultWebhooks([]))).toEqual(selectors(await defaults()))
    expect(selectors(defaultWebhooks(['R1'])).filter(each => each.includes('R1'))).toEqual(selectors(revision('R1')))
  })
})

describe('what the webhook decides once it is called', () => {
  const SETTINGS: InjectorSettings = {
    revision: 'default',
    policy: 'enabled',
    never: [],
    always: [],
    nativeNftables: false,
    cni: false,
    seccompProfile: '',
    enableNamespacesByDefault: false,
    capture: {},
  }
  const app = [{key: 'app', operator: 'In', values: ['x']}] as const
  async function decide(
    subject: PodModel,
    injector: Partial<InjectorSettings> = {},
    more: {name?: string; version?: {major: number; minor: number}} = {},
  ) {
    const namespace = {name: more.name ?? 'n', labels: {'istio-injection': 'enabled'}, annotations: {}}
    const known = {webhooks: await defaults(), injectors: [{...SETTINGS, ...injector}]}
    const {injected, decidedBy} = decideInjection({
      pod: subject,
      namespace,
      ...known,
      ...(more.version === undefined ? {} : {version: more.version}),
    })
    return `${injected ? 'yes' : 'no'}: ${decidedBy}`
  }

  test('in order: host network, system namespace, label, annotation, selectors, policy', async () => {
    expect(await decide(pod({}, {}, {hostNetwork: true}))).toBe('no: host network')
    expect(await decide(pod({}), {}, {name: 'kube-system'})).toBe('no: system namespace')
    expect(await decide(pod({'sidecar.istio.io/inject': 'true'}), {policy: 'disabled'})).toBe('yes: pod label')
    const annotated = pod(
      {},
      {metadata: {name: 'p', namespace: 'n', annotations: {'sidecar.istio.io/inject': 'false'}}},
    )
    expect(await decide(annotated, {always: [app]})).toBe('no: pod annotation')
    expect(await decide(pod({app: 'x'}), {never: [app], always: [app]})).toBe('no: neverInjectSelector')
    expect(await decide(pod({app: 'x'}), {always: [app], policy: 'disabled'})).toBe('yes: alwaysInjectSelector')
    expect(await decide(pod({app: 'x'}), {never: [[]]})).toBe('yes: policy')
    expect(await decide(pod({}), {policy: 'disabled'})).toBe('no: policy')
    expect(await decide(pod({}), {policy: 'nonsense'})).toBe('no: policy')
  })

  test('values other than true and false: unset since 1.27, before that yes or no', async () => {
    const yes = pod({'sidecar.istio.io/inject': 'yes'})
    const odd = pod({'sidecar.istio.io/inject': 'enabled'})
    expect(await decide(yes)).toBe('yes: policy')
    expect(await decide(yes, {policy: 'disabled'}, {version: {major: 1, minor: 26}})).toBe('yes: pod label')
    expect(await decide(odd, {}, {version: {major: 1, minor: 26}})).toBe('no: pod label')
    expect(await decide(odd, {}, {version: {major: 1, minor: 27}})).toBe('yes: policy')
    const empty = pod({'sidecar.istio.io/inject': ''})
    expect(await decide(empty, {}, {version: {major: 1, minor: 26}})).toBe('yes: policy')
    const capital = pod({'sidecar.istio.io/inject': 'False'})
    expect(await decide(capital)).toBe('yes: policy')
    expect(await decide(capital, {}, {version: {major: 1, minor: 26}})).toBe('no: pod label')
  })

  test("the injector's own release decides about such values, not that of the sidecar the pod has", async () => {
    const odd = pod({'sidecar.istio.io/inject': 'enabled'})
    const old = {major: 1, minor: 26}
    expect(await decide(odd, {version: old})).toBe('no: pod label')
    expect(await decide(odd, {version: {major: 1, minor: 31}}, {version: old})).toBe('yes: policy')
  })

  test('a label of any value hides the annotation', async () => {
    const both = (value: string) =>
      pod(
        {},
        {
          metadata: {
            name: 'p',
            namespace: 'n',
            labels: {'sidecar.istio.io/inject': value},
            annotations: {'sidecar.istio.io/inject': 'false'},
          },
        },
      )
    expect(await decide(both('true'))).toBe('yes: pod label')
    expect(await decide(both('maybe'))).toBe('yes: policy')
    expect(await decide(both(''))).toBe('yes: policy')
  })
})
