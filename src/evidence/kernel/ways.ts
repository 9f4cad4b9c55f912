import {type PodRef, podLabel} from '../../model/kube/kube-object.js'

/** One way to get at the rules of a pod: how, what it needs, what it gives and what it does not. */
export interface Way {
  readonly how: string
  readonly needs: string
  readonly gives: string
}

/** How the pod takes part in the mesh, which decides which container and which log it has. */
export type PodKind = 'sidecar' | 'ambient' | 'none'

/** The flags of the debug container: an image that has the tools, where the pod has no proxy's or the one that runs has none. */
function debugFlags(kind: PodKind, runningImage: string | undefined): string {
  return `--debug-container${kind === 'sidecar' && runningImage === undefined ? '' : ' --debug-image nicolaka/netshoot'}`
}

/** The ways that work, in the order to try them; the plain exec into istio-proxy is not one of them in a default install. */
function waysToRules(pod: PodRef, kind: PodKind, runningImage: string | undefined): readonly Way[] {
  const name = pod.implied === true ? 'POD' : pod.name
  const namespace = pod.implied === true || pod.namespace === '' ? 'NAMESPACE' : pod.namespace
  const at = `-n ${namespace} ${name}`
  const label = pod.implied === true ? 'POD' : podLabel(pod)
  const target = kind === 'sidecar' ? ' --target=istio-proxy' : ''
  const log: readonly Way[] =
    kind === 'sidecar'
      ? [
          {
            how: `kubectl logs ${at} -c istio-init | meshctl iptables -f -`,
            needs: 'get pods/log',
            gives: 'the rules as set at pod start, not the current ones; empty with the CNI plugin',
          },
        ]
      : []
  const computed: readonly Way[] =
    kind === 'none'
      ? []
      : [
          {
            how: `meshctl iptables ${label} --expected`,
            needs: 'get pods',
            gives: 'the rules the pod should have, computed from how it takes part in the mesh',
          },
        ]
  return [
    {
      how: `meshctl iptables ${label} ${debugFlags(kind, runningImage)}`,
      needs: 'patch pods/ephemeralcontainers, and a namespace whose pod security level is privileged',
      gives: 'the live rules; the container exits on its own, its entry stays in the pod',
    },
    ...log,
    {
      how: `kubectl debug ${at} --image=nicolaka/netshoot --profile=netadmin${target} -it -- sh -c 'iptables-save -c; ip6tables-save -c'`,
      needs: 'pods/ephemeralcontainers, and a namespace whose pod security level is privileged',
      gives: 'the live rules; the container stays in the pod for its lifetime',
    },
    {
      how: `kubectl debug node/NODE --profile=sysadmin -it --image=nicolaka/netshoot -- nsenter -t PID -n iptables-save -c`,
      needs: 'the right to debug nodes, and the process id of any container of the pod',
      gives: 'the live rules',
    },
    {
      how: 'meshctl iptables --from netns:PID',
      needs: "root on the node (or the docker-compose host) and a process id of the pod's",
      gives: 'the live rules, both back ends, both families',
    },
    ...computed,
  ]
}

const WHY: Readonly<Record<PodKind, string>> = {
  sidecar: 'A sidecar runs as uid 1337 without capabilities, so no tool inside it can read kernel rules.',
  ambient: 'The rules of an ambient pod are set by istio-cni from the node; no container of the pod can read them.',
  none: 'No container of the pod has the capability NET_ADMIN, which reading kernel rules needs.',
}

/** How to read what the kernel holds now, where only what was written at start is known; with the image of a debug container that runs without the tools. */
export function readNow(pod: PodRef, runningImage?: string): string {
  return `to read the current rules: meshctl iptables ${podLabel(pod)} ${debugFlags('sidecar', runningImage)} on a cluster, or meshctl iptables --from netns:PID as root on the node`
}

/** The ways as lines for a hint, for the kind of pod, with the image of a debug container that runs in it without the tools. */
export function waysText(pod: PodRef, kind: PodKind, runningImage?: string): string {
  const lines = waysToRules(pod, kind, runningImage).map(
    ({how, needs, gives}, index) => `  ${index + 1}. ${how}\n     needs ${needs}; gives ${gives}`,
  )
  const without =
    runningImage === undefined
      ? ''
      : `\nThe debug container that runs in the pod could not read them either: its image ${runningImage} lacks iptables-save.`
  return [`${WHY[kind]}${without} What works:`, ...lines].join('\n')
}
