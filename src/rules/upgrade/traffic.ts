import {fullHost} from '../../analysis/istio-config/host-names.js'
import {entryTargetPorts, retryBudgets, subsetsWithPolicy, tlsNames} from '../../formats/istio-config/upgrade.js'
import {groupedBy} from '../../model/collections/grouped-by.js'
import type {ClientTls, DestinationRuleConfig} from '../../model/istio-config/traffic.js'
import type {ConfigSet} from '../config/config-set.js'
import type {Row} from './upgrade-rule.js'

/** The TLS settings of a DestinationRule that call servers outside the mesh. */
function plainTls({policy, subsets}: DestinationRuleConfig): readonly ClientTls[] {
  return [policy, ...subsets.map(each => each.policy)]
    .flatMap(each => [each.tls, ...each.ports.map(({tls}) => tls)])
    .flatMap(tls => (tls === undefined || (tls.mode !== 'SIMPLE' && tls.mode !== 'MUTUAL') ? [] : [tls]))
}

function eachTls(set: ConfigSet, wanted: (tls: ClientTls, names: ReturnType<typeof tlsNames>) => boolean) {
  return set
    .destinationRules()
    .flatMap(rule => plainTls(rule).map(tls => ({rule, tls, object: rule.object})))
    .filter(({object, tls}) => wanted(tls, tlsNames(object, tls.path)))
}

function externalNames(set: ConfigSet) {
  return set.services().filter(({type}) => type === 'ExternalName')
}

/** What releases changed for DestinationRules, ServiceEntries and Services. */
export const TRAFFIC_ROWS: readonly Row[] = [
  {
    code: 'MCT2210',
    slug: 'sni-set-by-host',
    release: 21,
    notes: 'upgrade-notes',
    severity: 'info',
    title: 'SNI is taken from the Host header',
    why: 'A server that chooses its certificate by SNI may answer with another one than before.',
    fix: 'Set tls.sni in the DestinationRule if the server expects another name.',
    kinds: ['DestinationRule'],
    kept: 'ENABLE_AUTO_SNI',
    find: set =>
      eachTls(set, (_, {sni}) => !sni).map(({object, tls}) => ({
        object,
        path: `${tls.path}.sni`,
        message: 'the SNI of these connections is the host of the request.',
      })),
  },
  {
    code: 'MCT2211',
    slug: 'server-verified-by-system-roots',
    release: 21,
    notes: 'upgrade-notes',
    severity: 'warning',
    title: 'Server certificate is verified by system roots',
    why: 'Connections to a server with a certificate of a private CA fail after the upgrade.',
    fix: 'Set caCertificates or credentialName, or insecureSkipVerify: true to keep it unverified.',
    kinds: ['DestinationRule'],
    kept: 'VERIFY_CERTIFICATE_AT_CLIENT',
    find: set =>
      eachTls(
        set,
        ({caCertificates, credentialName}, {insecure}) => caCertificates === '' && credentialName === '' && !insecure,
      ).map(({object, tls}) => ({
        object,
        path: `${tls.path}.caCertificates`,
        message: 'without caCertificates, the server certificate is verified by the roots of the operating system.',
      })),
  },
  {
    code: 'MCT2212',
    slug: 'external-name-is-alias',
    release: 21,
    notes: 'upgrade-notes',
    severity: 'warning',
    title: 'ExternalName Service becomes an alias',
    why: 'Routes and traffic policies for it stop applying unless its target is a Service or ServiceEntry.',
    fix: 'Add a ServiceEntry for the target, and refer to the target in VirtualServices and DestinationRules.',
    kinds: ['Service'],
    kept: 'ENABLE_EXTERNAL_NAME_ALIAS',
    find: set => {
      const names = new Set(externalNames(set).map(({object: {ref}}) => fullHost(ref.name, ref.namespace)))
      const rules = set.destinationRules().filter(({host, object}) => names.has(fullHost(host, object.ref.namespace)))
      return [
        ...externalNames(set).map(({object, externalName}) => ({
          object,
          path: 'spec.externalName',
          message: `the Service is an alias of ${externalName}; its ports no longer count.`,
          severity: 'info' as const,
        })),
        ...rules.map(({object, host}) => ({
          object,
          path: 'spec.host',
          message: `a DestinationRule no longer applies to ${host}, which is an ExternalName Service.`,
        })),
      ]
    },
  },
  {
    code: 'MCT2213',
    slug: 'target-port-honoured',
    release: 22,
    notes: 'upgrade-notes',
    severity: 'warning',
    title: 'Resolution NONE honours targetPort',
    why: 'Connections go to another port than before.',
    fix: 'Remove targetPort if the port that was called is the right one.',
    kinds: ['ServiceEntry'],
    find: set =>
      set
        .serviceEntries()
        .filter(({resolution}) => resolution === 'NONE')
        .flatMap(({object}) =>
          entryTargetPorts(object).map(path => ({
            object,
            path,
            message: 'a ServiceEntry with resolution NONE sends to targetPort.',
          })),
        ),
  },
  {
    code: 'MCT2214',
    slug: 'destination-rules-stay-apart',
    release: 24,
    notes: 'change-notes',
    severity: 'warning',
    title: 'DestinationRules with other exportTo are not merged',
    why: 'Subsets of one are no longer there for clients that only see the other.',
    fix: 'Give them the same exportTo, or put the subsets into one DestinationRule.',
    kinds: ['DestinationRule'],
    kept: 'ENABLE_ENHANCED_DESTINATIONRULE_MERGE',
    find: set => {
      const groups = groupedBy(
        set.destinationRules(),
        ({host, object: {ref}}) => `${ref.namespace} ${fullHost(host, ref.namespace)}`,
      )
      return [...groups.values()]
        .filter(some => new Set(some.map(({exportTo}) => [...exportTo].sort().join())).size > 1)
        .flatMap(some =>
          some.map(({object, host}) => ({
            object,
            path: 'spec.exportTo',
            message: `the DestinationRules for ${host} differ in exportTo and are no longer merged.`,
          })),
        )
    },
  },
  {
    code: 'MCT2215',
    slug: 'addresses-allocated',
    release: 25,
    notes: 'change-notes',
    severity: 'info',
    title: 'Istiod allocates addresses for ServiceEntries',
    why: 'Proxies with DNS capture resolve the hosts to addresses of 240.240.0.0/16, and can tell TCP ports of several hosts from one another.',
    fix: 'Nothing if that is wanted; else set addresses, or PILOT_ENABLE_IP_AUTOALLOCATE=false.',
    kinds: ['ServiceEntry'],
    kept: 'PILOT_ENABLE_IP_AUTOALLOCATE',
    find: set =>
      set.mesh.proxyMetadata.ISTIO_META_DNS_CAPTURE !== 'true'
        ? []
        : set
            .serviceEntries()
            .filter(
              ({addresses, allocated, resolution, hosts}) =>
                addresses.length + allocated.length === 0 &&
                resolution !== 'NONE' &&
                hosts.some(host => !host.startsWith('*')),
            )
            .map(({object}) => ({
              object,
              path: 'spec.addresses',
              message: 'istiod allocates addresses for this ServiceEntry (status.addresses).',
            })),
  },
  {
    code: 'MCT2216',
    slug: 'retry-budget-default',
    release: 30,
    notes: 'change-notes',
    severity: 'warning',
    title: 'Default of retryBudget grows to 20 percent',
    why: 'The intended default was 20 and istiod sent 0.2, so far more retries are allowed than before.',
    fix: 'Set retryBudget.percent.',
    kinds: ['DestinationRule'],
    find: set =>
      set.of('DestinationRule').flatMap(object =>
        retryBudgets(object)
          .filter(({withPercent}) => !withPercent)
          .map(({path}) => ({
            object,
            path,
            message: 'retryBudget without percent allows 20 % of requests, not 0.2 %.',
          })),
      ),
  },
  {
    code: 'MCT2217',
    slug: 'retry-budget-in-subsets',
    release: 30,
    notes: 'change-notes',
    severity: 'warning',
    title: 'retryBudget begins to apply to subsets',
    why: 'Earlier releases dropped it for subsets with a trafficPolicy of their own.',
    fix: 'Check that the budget is right for the subsets too.',
    kinds: ['DestinationRule'],
    find: set =>
      set.destinationRules().flatMap(({object}) => {
        const budgets = retryBudgets(object)
        const own = budgets.filter(({path}) => path.startsWith('spec.subsets'))
        const whole = budgets.filter(({path}) => !path.startsWith('spec.subsets'))
        const hidden = subsetsWithPolicy(object) ? whole : []
        return [...own, ...hidden].map(({path}) => ({object, path, message: 'retryBudget applies to subsets too.'}))
      }),
  },
  {
    code: 'MCT2218',
    slug: 'one-host-in-two-namespaces',
    release: 30,
    notes: 'upgrade-notes',
    severity: 'warning',
    title: 'Host in several namespaces resolves differently',
    why: 'The Kubernetes Service wins, then the oldest ServiceEntry, and no longer the first namespace by name.',
    fix: 'Keep one of them, or restrict the others with exportTo.',
    kinds: ['ServiceEntry'],
    kept: 'PILOT_SIDECAR_PICK_BEST_SERVICE_NAMESPACE',
    find: set => {
      const places = groupedBy(set.hosts().all, ({host}) => host)
      return [...places].flatMap(([host, all]) => {
        const namespaces = new Set(all.map(({entry, service}) => (entry ?? service)?.object.ref.namespace ?? ''))
        if (namespaces.size < 2) return []
        const entries = new Set(all.flatMap(({entry}) => entry ?? []))
        return [...entries].map(({object}) => ({
          object,
          path: 'spec.hosts',
          message: `${host} is defined in ${[...namespaces].sort().join(' and ')}; which one proxies take follows other rules.`,
        }))
      })
    },
  },
]
