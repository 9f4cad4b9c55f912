import {own} from '../../model/collections/own.js'
import {isOfKind, kindOf} from '../../model/kube/kinds.js'
import type {KubeObject} from '../../model/kube/kube-object.js'
import {at, isObject} from '../decode.js'
import {isPatch} from '../kube-pod/patch.js'
import type {ObjectPath} from './objects.js'

/** A field of a type the API server refuses, and its path. */
export interface WrongField {
  readonly path: ObjectPath
  readonly message: string
}

type Scalar = 'a string' | 'a number' | 'true or false' | 'a number or a string'
/** What a field must be: a scalar, a map of strings, a list of shapes, or a map with known fields; other fields are not looked at. */
type Shape = Scalar | 'strings' | {readonly list: Shape} | Fields
interface Fields {
  readonly fields: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
}

const SECURITY: Shape = {
  fields: {
    runAsUser: 'a number',
    runAsGroup: 'a number',
    fsGroup: 'a number',
    runAsNonRoot: 'true or false',
    privileged: 'true or false',
    allowPrivilegeEscalation: 'true or false',
    seccompProfile: {fields: {type: 'a string'}},
    capabilities: {fields: {add: {list: 'a string'}, drop: {list: 'a string'}}},
    supplementalGroups: {list: 'a number'},
  },
}
const HANDLER: Shape = {
  fields: {
    exec: {fields: {command: {list: 'a string'}}},
    httpGet: {fields: {port: 'a number or a string', host: 'a string'}},
    tcpSocket: {fields: {port: 'a number or a string', host: 'a string'}},
    grpc: {fields: {port: 'a number'}},
  },
}
const CONTAINER: Shape = {
  required: ['name'],
  fields: {
    name: 'a string',
    image: 'a string',
    restartPolicy: 'a string',
    command: {list: 'a string'},
    args: {list: 'a string'},
    ports: {
      list: {
        required: ['containerPort'],
        fields: {containerPort: 'a number', name: 'a string', protocol: 'a string'},
      },
    },
    securityContext: SECURITY,
    livenessProbe: HANDLER,
    readinessProbe: HANDLER,
    startupProbe: HANDLER,
    lifecycle: {fields: {postStart: HANDLER, preStop: HANDLER}},
    volumeMounts: {list: {fields: {name: 'a string'}}},
  },
}
const METADATA: Shape = {
  fields: {namespace: 'a string', labels: 'strings', annotations: 'strings'},
}
const POD: Fields = {
  required: ['spec'],
  fields: {
    metadata: METADATA,
    spec: {
      fields: {
        hostNetwork: 'true or false',
        dnsPolicy: 'a string',
        restartPolicy: 'a string',
        serviceAccountName: 'a string',
        terminationGracePeriodSeconds: 'a number',
        securityContext: SECURITY,
        initContainers: {list: CONTAINER},
        containers: {list: CONTAINER},
      },
    },
  },
}
const MAKER: Fields = {
  required: ['spec'],
  fields: {metadata: METADATA, spec: {required: ['template'], fields: {template: POD}}},
}
const SERVICE: Fields = {
  fields: {
    metadata: METADATA,
    spec: {
      fields: {
        type: 'a string',
        clusterIP: 'a string',
        selector: 'strings',
        ports: {
          list: {
            required: ['port'],
            fields: {
              port: 'a number',
              targetPort: 'a number or a string',
              name: 'a string',
              protocol: 'a string',
              appProtocol: 'a string',
            },
          },
        },
      },
    },
  },
}
const SHAPES: Readonly<Record<string, Shape>> = {
  Pod: POD,
  Deployment: MAKER,
  ReplicaSet: MAKER,
  StatefulSet: MAKER,
  DaemonSet: MAKER,
  Job: MAKER,
  ReplicationController: MAKER,
  CronJob: {
    required: ['spec'],
    fields: {metadata: METADATA, spec: {required: ['jobTemplate'], fields: {jobTemplate: MAKER}}},
  },
  Service: SERVICE,
}
const TEMPLATE_SPEC = ['spec', 'template', 'spec']
/** Where the kinds with a shape keep their pod spec. */
const POD_SPECS: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  ...Object.fromEntries(
    ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController'].map(kind => [
      kind,
      TEMPLATE_SPEC,
    ]),
  ),
  CronJob: ['spec', 'jobTemplate', ...TEMPLATE_SPEC],
}
/** A Rollout may take its template from a Deployment, a DeploymentConfig from elsewhere: what is there must be right. */
const LOOSE: Shape = {fields: {metadata: METADATA, spec: {fields: {template: POD}}}}
const ANY: Shape = {fields: {metadata: METADATA}}
const LOOSE_KINDS = ['Rollout', 'DeploymentConfig']

function isScalar(value: unknown, wanted: Scalar): boolean {
  switch (wanted) {
    case 'a string':
      return typeof value === 'string'
    case 'a number':
      return Number.isInteger(value)
    case 'true or false':
      return typeof value === 'boolean'
    case 'a number or a string':
      return Number.isInteger(value) || typeof value === 'string'
  }
}

function wrong(path: ObjectPath, wanted: string, value: unknown): WrongField {
  const scalar = value === null || typeof value !== 'object'
  const found = scalar ? JSON.stringify(value) : Array.isArray(value) ? 'a list' : 'a map'
  const remedy = wanted === 'a string' && scalar && value !== null ? ' (quote it)' : ''
  return {path, message: `${path.join('.')} must be ${wanted}, not ${found}${remedy}`}
}

function against(value: unknown, shape: Shape, path: ObjectPath): readonly WrongField[] {
  if (shape === 'strings') {
    if (!isObject(value)) return [wrong(path, 'a map', value)]
    return Object.entries(value).flatMap(([key, each]) =>
      each === null ? [] : against(each, 'a string', [...path, key]),
    )
  }
  if (typeof shape === 'string') return isScalar(value, shape) ? [] : [wrong(path, shape, value)]
  if ('list' in shape) {
    if (!Array.isArray(value)) return [wrong(path, 'a list', value)]
    return value.flatMap((each, index) => against(each, shape.list, [...path, index]))
  }
  if (!isObject(value)) return [wrong(path, 'a map', value)]
  const missing = (shape.required ?? []).filter(name => at(value, name) === undefined)
  return [
    ...missing.map(name => ({path: [...path, name], message: `${[...path, name].join('.')} is missing`})),
    ...Object.entries(shape.fields).flatMap(([name, inner]) => {
      const found = Object.hasOwn(value, name) ? value[name] : undefined
      return found === undefined || found === null ? [] : against(found, inner, [...path, name])
    }),
  ]
}

/** A pod without containers is rejected ("spec.containers: Required value"); a patch may leave them out. */
function withoutContainers(object: KubeObject): readonly WrongField[] {
  const path = own(POD_SPECS, object.kind)
  if (path === undefined || isPatch(object)) return []
  const spec = at(object, ...path)
  if (!isObject(spec) || at(spec, 'containers') !== undefined) return []
  return [{path, message: `${[...path, 'containers'].join('.')} is missing`}]
}

/** The fields rules read that are missing or of a type the API server would refuse (Kubernetes API reference); an object with one cannot be applied. */
export function wrongFields(object: KubeObject): readonly WrongField[] {
  const known = kindOf(object.kind)
  const ours = known === undefined || isOfKind(object, known)
  const shape = ours ? (own(SHAPES, object.kind) ?? (LOOSE_KINDS.includes(object.kind) ? LOOSE : ANY)) : ANY
  const wrong = against(object, shape, [])
  return wrong.length > 0 || !ours ? wrong : withoutContainers(object)
}
