// Writes src/formats/kube-manifest/known-fields.ts: the fields of the kinds `check` reads, from the OpenAPI document that @kubernetes/client-node was made of.
import {writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import * as all from '@kubernetes/client-node/dist/gen/models/all.js'

const models = new Map(Object.entries(all))

/** The types of the kinds, by API version and kind. */
const KINDS = {
  'v1 Pod': 'V1Pod',
  'v1 Service': 'V1Service',
  'v1 Namespace': 'V1Namespace',
  'v1 ReplicationController': 'V1ReplicationController',
  'v1 ServiceAccount': 'V1ServiceAccount',
  'v1 ConfigMap': 'V1ConfigMap',
  'apps/v1 Deployment': 'V1Deployment',
  'apps/v1 ReplicaSet': 'V1ReplicaSet',
  'apps/v1 StatefulSet': 'V1StatefulSet',
  'apps/v1 DaemonSet': 'V1DaemonSet',
  'batch/v1 Job': 'V1Job',
  'batch/v1 CronJob': 'V1CronJob',
  'networking.k8s.io/v1 NetworkPolicy': 'V1NetworkPolicy',
}
/** Written by servers and controllers, not by people. */
const UNREAD = ['status', 'managedFields']

const types = {}

function add(name) {
  if (types[name] !== undefined) return
  const fields = models
    .get(name)
    .attributeTypeMap.map(({baseName, type}) => ({baseName, type: /^(?:Array<)?(V1\w+)>?$/.exec(type)?.[1]}))
    .map(({baseName, type}) => ({
      baseName,
      type: UNREAD.includes(baseName) || models.get(type)?.attributeTypeMap === undefined ? undefined : type,
    }))
  types[name] = fields.map(({baseName, type}) => (type === undefined ? baseName : `${baseName}:${type}`)).join(' ')
  for (const {type} of fields) if (type !== undefined) add(type)
}

for (const type of Object.values(KINDS)) add(type)

const table = entries =>
  entries.map(([name, text]) => `  ${/^\w+$/.test(name) ? name : `'${name}'`}: '${text}',`).join('\n')
writeFileSync(
  fileURLToPath(new URL('../src/formats/kube-manifest/known-fields.ts', import.meta.url)),
  `/** The type of each kind whose fields are known, by API version and kind. Written by scripts/generate-fields.js from the OpenAPI document of Kubernetes 1.34. */
export const KIND_TYPES: Readonly<Record<string, string>> = {
${table(Object.entries(KINDS))}
}

/** The fields of each type, separated by spaces; a field whose value has known fields too is followed by its type. */
export const TYPE_FIELDS: Readonly<Record<string, string>> = {
${table(Object.entries(types).sort(([a], [b]) => (a < b ? -1 : 1)))}
}
`,
)
