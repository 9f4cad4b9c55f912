import {Flags} from '@oclif/core'
import {definedFields} from '../../model/collections/defined-fields.js'
import {UserError} from '../../model/evidence/user-error.js'
import {goNanoseconds} from '../../model/text/go-duration.js'
import {SOURCE_SPECS, sourceSpecUsage} from '../../sources/specs.js'

/** Nanoseconds of the units of a flag, days among them. */
const UNITS = {ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12, d: 8.64e13}

/** Go's duration text (`15s`, `1m30s`, `250ms`) or plain seconds, in milliseconds. */
export function durationMs(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const length = goNanoseconds(text, UNITS)
  if (length === undefined) {
    throw new UserError(`invalid duration ${JSON.stringify(text)}`, {hint: 'Use a form such as 15s, 1m30s or 250ms.'})
  }
  return length / 1e6
}

const SOURCE = 'SOURCE'
const CLUSTER = 'CLUSTER'
const OUTPUT = 'OUTPUT'

/** Flags of every command, named as in kubectl and istioctl. */
export const commonFlags = {
  from: Flags.string({
    helpGroup: SOURCE,
    env: 'MESHCTL_FROM',
    helpValue: 'SOURCE',
    description: `where to read from: a bundle or file, or ${SOURCE_SPECS.map(sourceSpecUsage).join(', ')} (default: cluster)`,
  }),
  namespace: Flags.string({
    char: 'n',
    helpGroup: SOURCE,
    env: 'MESHCTL_NAMESPACE',
    helpValue: 'NAME',
    description: 'namespace (default: that of the kubeconfig context)',
  }),
  'all-namespaces': Flags.boolean({char: 'A', helpGroup: SOURCE, description: 'use pods from every namespace'}),
  context: Flags.string({
    helpGroup: CLUSTER,
    env: 'MESHCTL_CONTEXT',
    helpValue: 'NAME',
    description:
      'kubeconfig context (default: the current one); check, ps, certs, mtls, errors and version take several, comma-separated',
  }),
  kubeconfig: Flags.string({
    char: 'c',
    helpGroup: CLUSTER,
    helpValue: 'FILE',
    description: 'kubeconfig file (default: $KUBECONFIG, ~/.kube/config, in a pod its service account)',
  }),
  istioNamespace: Flags.string({
    char: 'i',
    helpGroup: CLUSTER,
    env: 'MESHCTL_ISTIO_NAMESPACE',
    helpValue: 'NAME',
    default: 'istio-system',
    description: 'namespace of the control plane',
  }),
  revision: Flags.string({
    char: 'r',
    helpGroup: CLUSTER,
    helpValue: 'NAME',
    description: 'control plane revision or tag',
  }),
  as: Flags.string({helpGroup: CLUSTER, helpValue: 'USER', description: 'user to impersonate'}),
  'as-group': Flags.string({
    helpGroup: CLUSTER,
    helpValue: 'GROUP',
    multiple: true,
    description: 'group to impersonate (repeatable)',
  }),
  'as-uid': Flags.string({helpGroup: CLUSTER, helpValue: 'UID', description: 'uid to impersonate'}),
  'request-timeout': Flags.string({
    helpGroup: CLUSTER,
    aliases: ['kubeclient-timeout'],
    env: 'MESHCTL_REQUEST_TIMEOUT',
    helpValue: 'DURATION',
    default: '15s',
    description: 'timeout of a single call to the cluster',
  }),
  'proxy-admin-port': Flags.integer({
    helpGroup: CLUSTER,
    default: 15_000,
    min: 1,
    max: 65_535,
    description: "port of Envoy's admin interface",
  }),
  calls: Flags.boolean({
    char: 'v',
    helpGroup: CLUSTER,
    description: 'print each call to the cluster with its outcome, bytes and time to standard error',
  }),
  output: Flags.string({
    char: 'o',
    helpGroup: OUTPUT,
    env: 'MESHCTL_OUTPUT',
    helpValue: 'FORM',
    multiple: true,
    multipleNonGreedy: true,
    description: 'output format, or FORM=FILE to write a file (repeatable)',
  }),
  'no-headers': Flags.boolean({helpGroup: OUTPUT, description: 'do not print table headers'}),
  color: Flags.string({
    helpGroup: OUTPUT,
    env: 'MESHCTL_COLOR',
    options: ['auto', 'always', 'never'],
    default: 'auto',
    description: 'when to use color',
  }),
  'no-color': Flags.boolean({helpGroup: OUTPUT, description: 'the same as --color never'}),
  quiet: Flags.boolean({
    char: 'q',
    helpGroup: OUTPUT,
    env: 'MESHCTL_QUIET',
    description: 'print no notes to standard error, only errors and what could not be checked',
  }),
  'require-all': Flags.boolean({
    helpGroup: OUTPUT,
    description: 'exit with 3 if anything could not be checked',
  }),
  debug: Flags.boolean({hidden: true, description: 'show stack traces'}),
} as const

/** Flags of commands that can be repeated on a live cluster. */
export const watchFlags = {
  watch: Flags.boolean({
    char: 'w',
    helpGroup: OUTPUT,
    description: 'repeat on a live cluster until interrupted; a terminal is redrawn each time',
  }),
  interval: Flags.string({
    helpGroup: OUTPUT,
    helpValue: 'DURATION',
    default: '2s',
    description: 'time between two refreshes of --watch',
  }),
} as const

/** The label selector flag, for commands that pick a pod. */
export const selectorFlag = Flags.string({
  char: 'l',
  helpGroup: SOURCE,
  description: 'label selector for the pod',
})

/** A flag that may be given several times, one value each. */
export function repeatableFlag(description: string, char?: 'f' | 'o' | 'S', helpValue?: string) {
  return Flags.string({
    ...definedFields({char, helpValue}),
    multiple: true,
    multipleNonGreedy: true,
    description,
  })
}

/** The flag that suppresses findings, in istioctl's spelling. */
export const suppressFlag = repeatableFlag(
  'do not report CODE for matching objects (CODE=KIND NAMESPACE/NAME, with *)',
  'S',
  'CODE=PATTERN',
)

/** The flags that change a source before it is asked: what would be the answer after a change. */
export const overlayFlags = {
  overlay: Flags.string({
    helpGroup: SOURCE,
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
    description:
      'answer as if these objects were applied; an object of the same kind, namespace and name is replaced (repeatable)',
  }),
  delete: Flags.string({
    helpGroup: SOURCE,
    helpValue: 'KIND/NAMESPACE/NAME',
    multiple: true,
    multipleNonGreedy: true,
    description: 'answer as if this object were deleted; nothing is deleted (repeatable)',
  }),
} as const

/** The flags for what a team agreed on: accepted findings, and its settings file. */
export const teamFlags = {
  baseline: Flags.string({helpValue: 'FILE', description: 'ignore findings listed in FILE until they expire'}),
  config: Flags.string({helpValue: 'FILE', description: 'team settings file (default .meshctl.yaml)'}),
}

/** The flag for files with a description of its own. */
export function fileFlagFor(description: string) {
  return Flags.string({
    char: 'f',
    helpGroup: SOURCE,
    helpValue: 'FILE',
    multiple: true,
    multipleNonGreedy: true,
    description,
  })
}

/** The file flag in istioctl's spelling; the same as --from PATH. */
export const fileFlag = fileFlagFor(
  'read this file instead, in any supported format (repeatable; - for standard input)',
)

/** The same for commands that combine several files about one pod, such as its rules and its manifest. */
export const filesFlag = Flags.string({
  char: 'f',
  helpGroup: SOURCE,
  helpValue: 'FILE',
  multiple: true,
  multipleNonGreedy: true,
  description: 'read this file or all files of a folder instead (- for standard input; repeatable, for one pod)',
})

/** Flags of commands that read kernel rules: a debug container that may read them when no other container can. */
export const debugFlags = {
  'debug-container': Flags.boolean({
    helpGroup: CLUSTER,
    description:
      'add an ephemeral container with NET_ADMIN to the pod to read its iptables rules; it exits on its own; its entry stays in the pod',
  }),
  'debug-image': Flags.string({
    helpGroup: CLUSTER,
    dependsOn: ['debug-container'],
    description: "image of that container; must contain iptables (default: the proxy's image)",
  }),
} as const

/** Computes ages and validity as of this time instead of capture time or now. */
export const atFlag = Flags.string({
  helpValue: 'RFC3339',
  description: 'compute ages and certificate validity as of this time',
})

/** Reads an RFC 3339 time; anything else is an error. */
export function readTime(text: string): Date {
  const time = new Date(text)
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) || Number.isNaN(time.getTime())) {
    throw new UserError(`invalid time ${JSON.stringify(text)}`, {
      hint: 'Use RFC 3339, such as 2026-11-20T19:00:00Z.',
    })
  }
  return time
}
