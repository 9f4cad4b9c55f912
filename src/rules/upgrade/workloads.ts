import {workloadHasProxy} from '../../analysis/istio-config/mesh-pods.js'
import {followsCpuLimit, kubeletMinor} from '../../formats/istio-config/upgrade.js'
import {parseIstioVersion} from '../../model/istio/istio-version.js'
import {DATAPLANE_LABEL} from '../../model/istio/mesh-keys.js'
import {commaList} from '../../model/text/comma-list.js'
import {POD_KINDS} from '../config/pod-kinds.js'
import {istiods} from './istiod.js'
import {againstRunning, FIRST_RELEASE, LAST_RELEASE, type Row, type UpgradeRule} from './upgrade-rule.js'

/** The oldest Kubernetes each release of Istio supports (istio.io, Supported releases and the announcement of each release up to 1.31), where it changes. */
const KUBERNETES: readonly (readonly [istio: number, kubernetes: number])[] = [
  [18, 24],
  [19, 25],
  [21, 26],
  [22, 27],
  [24, 28],
  [25, 29],
  [28, 30],
  [29, 31],
  [30, 32],
]

const SUPPORTED = 'https://istio.io/latest/docs/releases/supported-releases/'
const RETIRED = /^(?:gcr\.io\/istio-release|registry\.istio\.io)\//

/** What releases changed for workloads and images. */
export const WORKLOAD_ROWS: readonly Row[] = [
  {
    code: 'MCT2260',
    slug: 'gateway-threads-by-limit',
    release: 18,
    notes: 'upgrade-notes',
    severity: 'info',
    title: 'Gateway threads follow the CPU limit',
    why: 'The gateway ran a worker thread for each core of the node before.',
    fix: 'Set concurrency in proxy.istio.io/config, or remove the CPU limit.',
    kinds: ['Deployment'],
    find: set =>
      set
        .of('Deployment')
        .filter(followsCpuLimit)
        .map(object => ({
          object,
          path: 'spec.template.spec.containers',
          message: 'the gateway runs as many worker threads as its CPU limit.',
        })),
  },
  {
    code: 'MCT2261',
    slug: 'dns-follows-exclusions',
    release: 23,
    notes: 'upgrade-notes',
    severity: 'warning',
    title: 'Traffic exclusions apply to DNS too',
    why: 'DNS queries of these pods are no longer answered by the proxy.',
    fix: 'Remove port 53, or the addresses of the DNS servers, from the annotation if DNS capture is wanted.',
    kinds: POD_KINDS,
    find: set =>
      set.workloads().flatMap(({object, annotations}) => {
        const ports = commaList(annotations['traffic.sidecar.istio.io/excludeOutboundPorts'])
        const ranges = annotations['traffic.sidecar.istio.io/excludeOutboundIPRanges'] ?? ''
        const dns = set.mesh.proxyMetadata.ISTIO_META_DNS_CAPTURE === 'true'
        const names = [
          ...(ports.includes('53') ? ['excludeOutboundPorts'] : []),
          ...(ranges === '' ? [] : ['excludeOutboundIPRanges']),
        ]
        return dns ? names.map(name => ({object, message: `${name} counts for DNS queries too.`})) : []
      }),
  },
  {
    code: 'MCT2262',
    slug: 'ambient-dns-captured',
    release: 25,
    notes: 'upgrade-notes',
    severity: 'info',
    title: 'DNS of new ambient pods is captured',
    why: 'Pods created after the upgrade ask ztunnel for names, and those from before do not.',
    fix: 'Restart the pods, or keep single ones out with ambient.istio.io/dns-capture: "false".',
    kinds: ['Namespace'],
    find: set =>
      set
        .of('Namespace')
        .filter(({labels}) => labels[DATAPLANE_LABEL] === 'ambient')
        .map(object => ({
          object,
          path: 'metadata.labels["istio.io/dataplane-mode"]',
          message: 'ztunnel answers the DNS queries of new pods.',
        })),
  },
  {
    code: 'MCT2263',
    slug: 'workload-entry-without-tunnel',
    release: 31,
    notes: 'upgrade-notes',
    severity: 'info',
    title: 'Registered WorkloadEntry is called in plaintext',
    why: 'Only entries registered after the upgrade get the label for HBONE.',
    fix: 'Label it networking.istio.io/tunnel: http, or register the workload again.',
    kinds: ['WorkloadEntry'],
    find: set =>
      set
        .of('WorkloadEntry')
        .filter(
          ({annotations, labels}) =>
            annotations['istio.io/autoRegistrationGroup'] !== undefined &&
            labels['networking.istio.io/tunnel'] === undefined,
        )
        .map(object => ({object, path: 'metadata.labels', message: 'the entry keeps being called without HBONE.'})),
  },
  {
    code: 'MCT2264',
    slug: 'image-registry-retired',
    release: 31,
    notes: 'upgrade-notes',
    severity: 'error',
    title: 'Images come from a retired registry',
    why: 'Images of 1.31 and later are not published there, and pods cannot start once it is closed.',
    fix: 'Use docker.io/istio (values.global.hub).',
    kinds: POD_KINDS,
    find: set =>
      set.pods().flatMap(({object, containers}) =>
        containers
          .filter(({image}) => RETIRED.test(image))
          .map(({image, path}) => ({
            object,
            path: `${path}.image`,
            message: `there is no ${image.split('/').slice(0, -1).join('/')}.`,
          })),
      ),
  },
]

/** Rules about releases themselves. */
export const RELEASE_RULES: readonly UpgradeRule[] = [
  {
    code: 'MCT2270',
    slug: 'releases-skipped',
    aliases: [],
    severity: 'warning',
    title: 'Upgrade skips releases',
    why: 'Istio tests an upgrade in place from the release before, and one by revisions from the two before.',
    fix: 'Upgrade one release at a time, or by revisions over at most two.',
    references: [
      'https://istio.io/latest/docs/setup/upgrade/in-place/',
      'https://istio.io/latest/docs/setup/upgrade/canary/',
    ],
    kinds: ['Deployment'],
    check: set => {
      const objects = istiods(set)
      return againstRunning(set, objects, (from, to) =>
        to - from < 2 || from < FIRST_RELEASE - 1
          ? []
          : objects.map(object => ({
              object,
              path: 'spec.template.spec.containers',
              message: `The upgrade leads from 1.${from} over ${to - from} releases to 1.${to}.`,
              severity: to - from > 2 ? ('warning' as const) : ('info' as const),
            })),
      )
    },
  },
  {
    code: 'MCT2271',
    slug: 'proxies-too-old-for-target',
    aliases: [],
    severity: 'warning',
    title: 'Proxies are too old for the target',
    why: 'Istiod supports proxies of its own release and of the two before.',
    fix: 'Restart these workloads on the running release before istiod is upgraded.',
    references: [SUPPORTED],
    kinds: POD_KINDS,
    check: set => {
      const {upgrade} = set
      if (upgrade === undefined) return []
      return set
        .pods()
        .filter(workloadHasProxy)
        .flatMap(({object, containers}) => {
          const proxy = containers.find(({name}) => name === 'istio-proxy')
          const version = parseIstioVersion(proxy?.image)
          if (proxy === undefined || version === undefined || version.major !== 1) return []
          return upgrade.to - version.minor <= 2
            ? []
            : [
                {
                  object,
                  path: `${proxy.path}.image`,
                  message: `The proxy is of 1.${version.minor}, more than two releases before 1.${upgrade.to}.`,
                },
              ]
        })
    },
  },
  {
    code: 'MCT2272',
    slug: 'kubernetes-too-old',
    aliases: [],
    severity: 'error',
    title: 'Kubernetes is too old for the target',
    why: 'The target is not tested with it, and may use APIs it lacks.',
    fix: 'Upgrade Kubernetes first.',
    references: [SUPPORTED],
    kinds: ['Node'],
    check: set => {
      const {upgrade} = set
      if (upgrade === undefined) return []
      const [, needed = 0] = KUBERNETES.findLast(([istio]) => istio <= Math.min(upgrade.to, LAST_RELEASE)) ?? []
      return set.of('Node').flatMap(object => {
        const minor = kubeletMinor(object)
        return minor === undefined || minor >= needed
          ? []
          : [
              {
                object,
                path: 'status.nodeInfo.kubeletVersion',
                message: `The node runs Kubernetes 1.${minor}; Istio 1.${upgrade.to} needs 1.${needed} or later.`,
              },
            ]
      })
    },
  },
]
