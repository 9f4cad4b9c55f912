import type {InjectionWebhook} from '../../model/injection.js'
import type {Requirement} from '../../model/selector.js'

const INJECTION = 'istio-injection'
const REVISION = 'istio.io/rev'
const INJECT = 'sidecar.istio.io/inject'

function absent(key: string): Requirement {
  return {key, operator: 'DoesNotExist', values: []}
}

function is(key: string, value: string): Requirement {
  return {key, operator: 'In', values: [value]}
}

const NOT_OPTED_OUT: Requirement = {key: INJECT, operator: 'NotIn', values: ['false']}

type Selectors = Pick<InjectionWebhook, 'name' | 'namespaceSelector' | 'objectSelector'>

function ofRevision(revision: string): readonly Selectors[] {
  return [
    {
      name: 'rev.namespace.sidecar-injector.istio.io',
      namespaceSelector: [is(REVISION, revision), absent(INJECTION)],
      objectSelector: [NOT_OPTED_OUT],
    },
    {
      name: 'rev.object.sidecar-injector.istio.io',
      namespaceSelector: [absent(REVISION), absent(INJECTION)],
      objectSelector: [NOT_OPTED_OUT, is(REVISION, revision)],
    },
  ]
}

const OF_DEFAULT: readonly Selectors[] = [
  {
    name: 'namespace.sidecar-injector.istio.io',
    namespaceSelector: [is(INJECTION, 'enabled')],
    objectSelector: [NOT_OPTED_OUT],
  },
  {
    name: 'object.sidecar-injector.istio.io',
    namespaceSelector: [absent(INJECTION), absent(REVISION)],
    objectSelector: [is(INJECT, 'true'), absent(REVISION)],
  },
]

/** The webhooks of a default installation of these revisions (istio's charts, since 1.10), for input without the cluster's own. */
export function defaultWebhooks(revisions: readonly string[]): readonly InjectionWebhook[] {
  return ['default', ...revisions].flatMap(revision =>
    [...ofRevision(revision), ...(revision === 'default' ? OF_DEFAULT : [])].map(selectors => ({
      ...selectors,
      configuration: revision === 'default' ? 'istio-sidecar-injector' : `istio-sidecar-injector-${revision}`,
      revision,
      failurePolicy: 'Fail' as const,
      caBundle: 'absent' as const,
    })),
  )
}
