import {definedFields} from '../../model/collections/defined-fields.js'
import {UserError} from '../../model/evidence/user-error.js'
import type {Severity} from '../../model/finding.js'
import {shownMoment} from '../../sources/moment.js'
import {PROXY_TOOLS} from './proxy-tools.js'
import {NAMESPACE, POD, podOf, shown, type Tool, type ToolAnswer, type ToolContext, type ToolInput} from './tool.js'

const WEEK_MS = 7 * 24 * 3_600_000

async function checked(
  {source, istioNamespace, version}: ToolContext,
  {namespace, pod}: ToolInput,
): Promise<ToolAnswer> {
  const [{checkReport}, {checkData}, {podListPages}, {RULES}] = await Promise.all([
    import('../../reports/check/report.js'),
    import('../../reports/check/forms/data.js'),
    import('../../reports/check/targets/pod-list-pages.js'),
    import('../../rules/registry.js'),
  ])
  const everywhere = namespace === undefined && pod === undefined
  const pages = podListPages(source, pod === undefined ? [] : [pod], {namespace, allNamespaces: everywhere})
  const failOn: Severity = 'warning'
  const deep = !source.traits.live || !everywhere
  const report = await checkReport(source, pages, {
    rules: RULES,
    failOn,
    istioNamespace,
    deep,
    now: new Date(),
    version,
    everywhere,
  })
  return {report, data: checkData(report)}
}

/** Every tool, in the order they are listed. */
export const TOOLS: readonly Tool[] = [
  {
    name: 'check',
    command: 'check',
    description: 'Finds what is wrong with workloads in the mesh: findings with proof, consequence and fix.',
    fields: {namespace: NAMESPACE, pod: `${POD}; only this one`},
    required: [],
    run: checked,
  },
  {
    name: 'proxy_status',
    command: 'proxy-status',
    description: 'Shows for each proxy whether what istiod sent was accepted, and why it is out of sync.',
    fields: {namespace: NAMESPACE},
    required: [],
    run: async ({source, istioNamespace}, {namespace}) => {
      const {proxyStatusReport} = await import('../../reports/proxy-status/report.js')
      const {proxyStatusView} = await import('../../reports/proxy-status/view.js')
      return shown(await proxyStatusReport(source, {istioNamespace, namespace, staleAfterMs: 0}), proxyStatusView)
    },
  },
  {
    name: 'trace',
    command: 'trace',
    description:
      'Follows one request through the kernels and proxies on its path without sending it: where it ends, and the object and field that decide.',
    fields: {
      from: 'client: a pod or workload, ingress, or an address',
      to: 'server: a URL such as http://reviews:9080/, service:port, or an address',
      method: 'HTTP method (GET)',
      namespace: 'namespace of the client',
    },
    required: ['from', 'to'],
    run: async ({source, istioNamespace}, {from = '', to = '', method, namespace}) => {
      const {pathQuestion} = await import('../flags/path-question.js')
      const {pathReport} = await import('../../reports/trace/path-report.js')
      const {pathView} = await import('../../reports/trace/path-view.js')
      const flags = {istioNamespace, namespace, ...definedFields({method})}
      const question = await pathQuestion(source, from, to, flags, async () => {})
      return shown(await pathReport(source, question), pathView)
    },
  },
  {
    name: 'errors',
    command: 'errors',
    description: 'Groups the failing requests of the access logs and names what in the configuration makes them fail.',
    fields: {namespace: NAMESPACE},
    required: [],
    run: async ({source, istioNamespace}, {namespace}) => {
      const {errorsReport} = await import('../../reports/errors/report.js')
      const {errorsView} = await import('../../reports/errors/view.js')
      const {failingSinceMs} = await import('../flags/failing-since.js')
      const sinceMs = failingSinceMs(undefined, source)
      return shown(await errorsReport(source, {istioNamespace, namespace, pods: undefined, sinceMs}), errorsView)
    },
  },
  {
    name: 'mtls',
    command: 'mtls',
    description:
      'Shows what clients send and servers take (mTLS or plaintext), who decides it, and where the two conflict.',
    fields: {namespace: NAMESPACE},
    required: [],
    run: async ({source, istioNamespace}, {namespace}) => {
      const {mtlsReport} = await import('../../reports/mtls/report.js')
      const {mtlsView} = await import('../../reports/mtls/view.js')
      return shown(await mtlsReport(source, {kind: 'matrix', namespace}, istioNamespace), mtlsView)
    },
  },
  {
    name: 'authz_matrix',
    command: 'authz test --matrix',
    description: 'Shows which service accounts may call which Service ports, by the AuthorizationPolicies.',
    fields: {namespace: 'namespace of the Services'},
    required: ['namespace'],
    run: async ({source, istioNamespace}, {namespace = ''}) => {
      const {authzMatrixReport} = await import('../../reports/authz/matrix-report.js')
      const {authzMatrixView} = await import('../../reports/authz/matrix-view.js')
      return shown(await authzMatrixReport(source, namespace, istioNamespace), authzMatrixView)
    },
  },
  {
    name: 'certs',
    command: 'certs',
    description: 'Shows the certificates of proxies: validity, identity, rotation, and the roots they trust.',
    fields: {namespace: NAMESPACE},
    required: [],
    run: async ({source, istioNamespace}, {namespace}) => {
      const {certsReport} = await import('../../reports/certs/report.js')
      const {certsView} = await import('../../reports/certs/view.js')
      const question = {namespace, istioNamespace, warn: WEEK_MS, now: shownMoment(source)}
      return shown(await certsReport(source, question), certsView)
    },
  },
  {
    name: 'iptables',
    command: 'iptables',
    description: "Explains a pod's iptables rules: which traffic goes through the sidecar and which does not.",
    fields: {pod: POD, namespace: 'namespace of the pod'},
    required: ['pod'],
    run: async (context, input) => {
      const {iptablesReport} = await import('../../reports/iptables/report.js')
      const {iptablesView} = await import('../../reports/iptables/view.js')
      return shown(await iptablesReport(context.source, await podOf(context, input)), iptablesView)
    },
  },
  {
    name: 'ports',
    command: 'ports',
    description: 'Shows the listening sockets of a pod, and ports the mesh cannot reach.',
    fields: {pod: POD, namespace: 'namespace of the pod'},
    required: ['pod'],
    run: async (context, input) => {
      const {portsReport} = await import('../../reports/ports/report.js')
      const {portsView} = await import('../../reports/ports/view.js')
      return shown(await portsReport(context.source, await podOf(context, input)), portsView)
    },
  },
  ...PROXY_TOOLS,
  {
    name: 'explain',
    command: 'explain',
    description: 'Explains a rule code, port, response flag, TLS error, term, or a line of an access log.',
    fields: {text: 'what to explain, such as UF, MCT1001, 15006 or a log line'},
    required: ['text'],
    run: async (_, {text = ''}) => {
      const {explainReport} = await import('../../reports/explain/report.js')
      const {explainView} = await import('../../reports/explain/view.js')
      const {ALL_RULES} = await import('../../rules/all-rules.js')
      return shown(
        explainReport(() => ALL_RULES, text),
        explainView,
      )
    },
  },
]

/** The input of a tool from what a client sent; anything but texts under the tool's own names is an error that lists them. */
export function readInput(tool: Tool, given: Readonly<Record<string, unknown>>): ToolInput {
  const names = Object.keys(tool.fields)
  const strange = Object.keys(given).filter(name => !names.includes(name))
  const bad = Object.entries(given).filter(
    ([, value]) => typeof value !== 'string' || value === '' || value.startsWith('-'),
  )
  const missing = tool.required.filter(name => given[name] === undefined)
  if (strange.length > 0)
    throw new UserError(`${tool.name} has no field ${strange.join(', ')}`, {hint: `It has ${names.join(', ')}.`})
  if (bad.length > 0)
    throw new UserError(`${bad.map(([name]) => name).join(', ')} of ${tool.name} must be a name or a text`)
  if (missing.length > 0) throw new UserError(`${tool.name} needs ${missing.join(', ')}`)
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]))
}
