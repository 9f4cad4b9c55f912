import {rule as appVersionLabels} from './app-version-labels/rule.js'
import {rule as injectionRefused} from './injection-refused/rule.js'
import {rule as loopbackListener} from './loopback-listener/rule.js'
import {rule as netAdminForbidden} from './net-admin-forbidden/rule.js'
import {rule as noService} from './no-service/rule.js'
import {rule as notListening} from './not-listening/rule.js'
import {rule as podMissingProxy} from './pod-missing-proxy/rule.js'
import {rule as proxyGid} from './proxy-gid/rule.js'
import {rule as proxyUid} from './proxy-uid/rule.js'
import {rule as reservedPortDeclared} from './reserved-port-declared/rule.js'
import {rule as reservedPortTaken} from './reserved-port-taken/rule.js'
import type {Rule} from './rule.js'
import {rule as serviceProtocolClash} from './service-protocol-clash/rule.js'
import {rule as sidecarNotReady} from './sidecar-not-ready/rule.js'
import {rule as undeclaredListener} from './undeclared-listener/rule.js'

/** Every rule, by slug. Written by bin/generate.js. */
export const RULES: readonly Rule[] = [
  appVersionLabels,
  injectionRefused,
  loopbackListener,
  netAdminForbidden,
  noService,
  notListening,
  podMissingProxy,
  proxyGid,
  proxyUid,
  reservedPortDeclared,
  reservedPortTaken,
  serviceProtocolClash,
  sidecarNotReady,
  undeclaredListener,
]
