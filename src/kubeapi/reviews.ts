import {objectOf, textOf} from '../formats/decode.js'
import type {RbacRule} from '../formats/kube/rbac.js'
import {isGranted} from './authorizer.js'
import {messageField, readMessage, textField} from './protobuf.js'
import {badRequest} from './status.js'

const MAGIC = Buffer.from('k8s\0')
const STREAMS = ['exec', 'attach', 'portforward']
const REASON = 'meshctl serve is read-only'

interface Attributes {
  readonly verb: string
  readonly group: string
  readonly namespace: string
  readonly name: string
  readonly resource: string
  readonly subresource: string
}

/** The request of a review, from JSON or from Kubernetes' protobuf (runtime.Unknown around the message; kubectl >= 1.32 sends it). */
interface Review {
  readonly spec: object
  readonly attributes: Attributes | undefined
  readonly path: {readonly verb: string} | undefined
}

function fromProtobuf(body: Buffer): Review {
  const unknown = readMessage(body.subarray(MAGIC.length))
  const spec = messageField(messageField(unknown, 2), 2)
  const attributes = messageField(spec, 1)
  const nonResource = messageField(spec, 2)
  const resourceAttributes = {
    namespace: textField(attributes, 1),
    verb: textField(attributes, 2),
    group: textField(attributes, 3),
    resource: textField(attributes, 5),
    subresource: textField(attributes, 6),
    name: textField(attributes, 7),
  }
  return {
    spec: attributes === undefined ? {} : {resourceAttributes},
    attributes: attributes === undefined || resourceAttributes.verb === '' ? undefined : resourceAttributes,
    path: nonResource === undefined ? undefined : {verb: textField(nonResource, 2)},
  }
}

function fromJson(body: Buffer): Review {
  let json: unknown
  try {
    json = JSON.parse(body.toString('utf8'))
  } catch {
    throw badRequest('the body of the review is neither JSON nor protobuf')
  }
  const attributes = objectOf(json, 'spec', 'resourceAttributes')
  const path = objectOf(json, 'spec', 'nonResourceAttributes')
  return {
    spec: objectOf(json, 'spec') ?? {},
    attributes:
      attributes === undefined
        ? undefined
        : {
            verb: textOf(attributes, 'verb') ?? '',
            group: textOf(attributes, 'group') ?? '',
            namespace: textOf(attributes, 'namespace') ?? '',
            name: textOf(attributes, 'name') ?? '',
            resource: textOf(attributes, 'resource') ?? '',
            subresource: textOf(attributes, 'subresource') ?? '',
          },
    path: path === undefined ? undefined : {verb: textOf(path, 'verb') ?? ''},
  }
}

function allows({verb, resource, subresource, ...more}: Attributes, rules: readonly RbacRule[] | undefined): boolean {
  if (rules !== undefined) {
    const namespace = more.namespace === '' ? undefined : more.namespace
    return isGranted(rules, {verb, resource, subresource, ...more, namespace})
  }
  if (resource === 'secrets') return false
  if (['get', 'list', 'watch'].includes(verb)) return true
  return (
    verb === 'create' &&
    ((resource === 'pods' && STREAMS.includes(subresource)) || /^selfsubject(access|rules)?reviews$/.test(resource))
  )
}

const RULES = [
  {verbs: ['get', 'list', 'watch'], apiGroups: ['*'], resources: ['*']},
  {verbs: ['create'], apiGroups: [''], resources: STREAMS.map(each => `pods/${each}`)},
  {
    verbs: ['create'],
    apiGroups: ['authorization.k8s.io', 'authentication.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'selfsubjectreviews'],
  },
]

/** Answers a review of what this server lets its one user do: read everything, stream from pods, nothing else, or what the rules grant; undefined for any other resource. */
export function answerReview(resource: string, body: Buffer, rules?: readonly RbacRule[]): object | undefined {
  const review = () => (body.subarray(0, MAGIC.length).equals(MAGIC) ? fromProtobuf(body) : fromJson(body))
  switch (resource) {
    case 'selfsubjectaccessreviews': {
      const {spec, attributes, path} = review()
      const allowed = attributes === undefined ? path?.verb === 'get' : allows(attributes, rules)
      return {
        kind: 'SelfSubjectAccessReview',
        apiVersion: 'authorization.k8s.io/v1',
        metadata: {},
        spec,
        status: allowed
          ? {allowed}
          : {allowed, reason: rules === undefined ? REASON : 'no rule of the given role grants it'},
      }
    }
    case 'selfsubjectrulesreviews':
      return {
        kind: 'SelfSubjectRulesReview',
        apiVersion: 'authorization.k8s.io/v1',
        metadata: {},
        spec: {},
        status: {
          resourceRules: rules ?? RULES,
          nonResourceRules: [{verbs: ['get'], nonResourceURLs: ['*']}],
          incomplete: false,
        },
      }
    case 'selfsubjectreviews':
      return {
        kind: 'SelfSubjectReview',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: {},
        status: {userInfo: {username: 'meshctl', groups: ['system:authenticated']}},
      }
    default:
      return undefined
  }
}
