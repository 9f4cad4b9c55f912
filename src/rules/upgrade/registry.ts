import {changedDefaults} from './changed-defaults.js'
import {ENVOY_FILTER_ROWS, filterForRunningRelease} from './envoy-filters.js'
import {GATEWAY_API_ROWS} from './gateway-api.js'
import {iptablesChange} from './iptables.js'
import {REMOVED_NAMES} from './removed-names.js'
import {SECURITY_ROWS} from './security.js'
import {TRAFFIC_ROWS} from './traffic.js'
import {ruleOf, type UpgradeRule} from './upgrade-rule.js'
import {RELEASE_RULES, WORKLOAD_ROWS} from './workloads.js'

/** Every rule about what an upgrade changes, by code. */
export const UPGRADE_RULES: readonly UpgradeRule[] = [
  ...REMOVED_NAMES,
  changedDefaults,
  ...[...TRAFFIC_ROWS, ...ENVOY_FILTER_ROWS, ...SECURITY_ROWS, ...GATEWAY_API_ROWS, ...WORKLOAD_ROWS].map(ruleOf),
  filterForRunningRelease,
  ...RELEASE_RULES,
  iptablesChange,
].sort((a, b) => (a.code < b.code ? -1 : 1))
