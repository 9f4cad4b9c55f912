import type {InjectionWebhook} from '../../model/istio/injection.js'
import {INJECT_LABEL, INJECTION_LABEL, REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {Requirement} from '../../model/kube/selector.js'

function absent(key: string): Requirement {
  return {key, operator: 'DoesNotExist', values: []}
}

function is(key: string, value: string): Requirement {
  return {key, operator: 'In', values: [value]}
}

const NOT_OPTED_OUT: Requirement = {key: INJECT_LABEL, operator: 'NotIn', values: ['false']}

type Selectors = Pick<InjectionWebhook, 'name' | 'namespaceSelector' | 'objectSelector'>

function ofRevision(revision: string): readonly Selectors[] {
  return [
    {
      name: 'rev.namespace.sidecar-injector.istio.io',
      namespaceSelector: [is(REVISION_LABEL, revision), absent(INJECTION_LABEL)],
      objectSelector: [NOT_OPTED_OUT],
    },
    {
      name: 'rev.object.sidecar-injector.istio.io',
      namespaceSelector: [absent(REVISION_LABEL), absent(INJECTION_LABEL)],
      objectSelector: [NOT_OPTED_OUT, is(REVISION_LABEL, revision)],
    },
  ]
}

const OF_DEFAULT: readonly Selectors[] = [
  {
    name: 'namespace.sidecar-injector.istio.io',
    namespaceSelector: [is(INJECTION_LABEL, 'enabled')],
    objectSelector: [NOT_OPTED_OUT],
  },
  {
    name: 'object.sidecar-injector.istio.io',
    namespaceSelector: [absent(INJECTION_LABEL), absent(REVISION_LABEL)],
    objectSelector: [is(INJECT_LABEL, 'true'), absent(REVISION_LABEL)],
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
