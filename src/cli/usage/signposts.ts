import {own} from '../../model/collections/own.js'

/** What to type instead of a command of another tool, or why there is none. */
export interface Signpost {
  readonly instead: string
  readonly why: string
}

function sign(instead: string, why: string): Signpost {
  return {instead, why}
}

const NO_CHANGE = 'meshctl does not change the mesh'
const INSTALLS = 'meshctl does not install or upgrade Istio'

/**
 * Commands that people know from istioctl (https://istio.io/latest/docs/reference/commands/istioctl/), kubectl and linkerd, by the words typed.
 * A word that is one of ours never gets here.
 */
export const SIGNPOSTS: Readonly<Record<string, Signpost>> = {
  'bug-report': sign('capture -A', 'capture writes what meshctl can read into one bundle, without secrets'),
  logs: sign(
    'errors -n NAMESPACE',
    'failing requests of the access logs are explained by errors; kubectl logs prints all',
  ),
  injector: sign('check-inject POD', 'check-inject names the webhook that injects a pod, or why none does'),
  tag: sign('version', 'revision tags are set with istioctl tag'),
  'remote-clusters': sign('proxy-status', 'proxy-status shows the cluster of each proxy'),
  'kube-inject': sign('check -f FILE', `${NO_CHANGE}; check says what injection would do to a manifest`),
  admin: sign('proxy-config log POD', 'proxy-config log sets log levels of Envoy, not of istiod'),
  'internal-debug': sign('proxy-status', 'proxy-status asks istiod about each proxy; capture keeps its debug pages'),
  metrics: sign('stats POD', 'meshctl reads no metrics store; stats shows what Envoy has counted'),
  listeners: sign('proxy-config listener POD', 'Envoy views are below proxy-config'),
  clusters: sign('proxy-config cluster POD', 'Envoy views are below proxy-config'),
  routes: sign('proxy-config route POD', 'Envoy views are below proxy-config'),
  endpoints: sign('proxy-config endpoint POD', 'Envoy views are below proxy-config'),
  secrets: sign('proxy-config secret POD', 'Envoy views are below proxy-config'),
  config_dump: sign('proxy-config all POD -o json', 'Envoy views are below proxy-config'),
  lint: sign('analyze FILE', 'analyze reads the configuration of the mesh, check its workloads'),
  validate: sign('analyze FILE', 'analyze reads the configuration of the mesh, check its workloads'),
  'verify-install': sign('version', INSTALLS),
  install: sign('check -A', INSTALLS),
  upgrade: sign('version', INSTALLS),
  uninstall: sign('check -A', INSTALLS),
  manifest: sign('check -f FILE', INSTALLS),
  operator: sign('check -A', INSTALLS),
  profile: sign('check -A', INSTALLS),
  'create-remote-secret': sign('proxy-status', NO_CHANGE),
  workload: sign('check -f FILE', NO_CHANGE),
  config: sign('--help', 'the environment variables are listed in the documentation'),
  docs: sign('--help', 'the help of each command ends with the address of its page'),
  options: sign('check --help', 'common flags are listed on the help page of each command'),
  get: sign('check', 'objects are listed by kubectl get; meshctl check judges them'),
  pods: sign('proxy-status', 'the proxies are listed by proxy-status, pods by kubectl get'),
  list: sign('proxy-status', 'the proxies are listed by proxy-status, objects by kubectl get'),
  ls: sign('proxy-status', 'the proxies are listed by proxy-status, objects by kubectl get'),
  why: sign(
    'errors -n NAMESPACE',
    'the cause of each failing request is named by errors, a code or a line of a log by explain',
  ),
  graph: sign('report -o html=FILE', 'the services are drawn on the page of report'),
  status: sign('report', 'the state of the mesh on one screen is shown by report'),
  health: sign('report', 'the state of the mesh on one screen is shown by report'),
  wait: sign('proxy-status --watch', 'proxy-status shows when every proxy is in sync'),
  tap: sign('trace FROM TO', 'meshctl does not record live traffic'),
  top: sign('proxy-status', 'meshctl does not record live traffic'),
  viz: sign('trace FROM TO', 'meshctl does not record live traffic'),
  edges: sign('mtls -n NAMESPACE', 'mtls shows who reaches whom, and how'),
  inject: sign('check-inject POD', `${NO_CHANGE}; check-inject explains injection`),
  tcpdump: sign('packet POD --all', 'packet shows where packets end up by the rules of the kernel'),
  netstat: sign('ports POD', 'ports shows the listening sockets of a pod'),
  ss: sign('ports POD', 'ports shows the listening sockets of a pod'),
  'iptables-save': sign('iptables POD -o raw', 'iptables shows the rules of a pod'),
  nft: sign('iptables POD -o nft', 'iptables shows the rules of a pod'),
  'experimental config': sign('--help', 'the environment variables are listed in the documentation'),
}

/** Topics under which other tools keep what is at the top here. */
const TOPICS = ['experimental', 'x', 'exp', 'alpha', 'beta', 'diagnostics', 'viz']

/** The signpost of the words of another tool, most words first: `snapshot rm`, `x injector list`. */
export function signpostOf(words: readonly string[]): Signpost | undefined {
  const rest = TOPICS.includes(words[0] ?? '') && words.length > 1 ? words.slice(1) : words
  return own(SIGNPOSTS, rest.slice(0, 2).join(' ')) ?? own(SIGNPOSTS, rest[0] ?? '')
}
