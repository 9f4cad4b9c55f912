import {X509Certificate} from 'node:crypto'
import type {InjectionWebhook} from '../../model/istio/injection.js'
import {REVISION_LABEL} from '../../model/istio/mesh-keys.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {type Requirement, requirementsOf} from '../../model/kube/selector.js'
import {at, listOf, objectOf, textMapOf, textOf, textsOf} from '../decode.js'

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'] as const

/** A label selector of an object (matchLabels and matchExpressions together). */
export function readLabelSelector(selector: unknown): readonly Requirement[] {
  const expressions = listOf(selector, 'matchExpressions').flatMap((each): Requirement[] => {
    const operator = OPERATORS.find(name => name === textOf(each, 'operator'))
    const key = textOf(each, 'key')
    return operator === undefined || key === undefined ? [] : [{key, operator, values: textsOf(each, 'values')}]
  })
  return [...requirementsOf(textMapOf(selector, 'matchLabels')), ...expressions]
}

function caBundle(text: string | undefined): InjectionWebhook['caBundle'] {
  if (text === undefined || text === '') return 'absent'
  try {
    const pem = text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('latin1')
    return {notAfter: new Date(new X509Certificate(pem).validTo).toISOString()}
  } catch {
    return 'unreadable'
  }
}

/** The webhooks of a MutatingWebhookConfiguration that add Istio's sidecar; none for configurations of others. */
export function readInjectionWebhooks(object: KubeObject): readonly InjectionWebhook[] {
  const labels = object.metadata.labels ?? {}
  const revision = labels[REVISION_LABEL] ?? 'default'
  const tag = labels['istio.io/tag']
  return listOf(object, 'webhooks').flatMap((hook): InjectionWebhook[] => {
    const name = textOf(hook, 'name') ?? ''
    if (!name.endsWith('sidecar-injector.istio.io')) return []
    const endpoint = objectOf(hook, 'clientConfig', 'service')
    return [
      {
        configuration: object.metadata.name,
        name,
        revision,
        tag,
        namespaceSelector: readLabelSelector(at(hook, 'namespaceSelector')),
        objectSelector: readLabelSelector(at(hook, 'objectSelector')),
        failurePolicy: textOf(hook, 'failurePolicy') === 'Ignore' ? 'Ignore' : 'Fail',
        endpoint:
          endpoint === undefined
            ? undefined
            : {namespace: textOf(endpoint, 'namespace') ?? '', name: textOf(endpoint, 'name') ?? ''},
        caBundle: caBundle(textOf(hook, 'clientConfig', 'caBundle')),
      },
    ]
  })
}
