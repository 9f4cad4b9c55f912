import {defaultsByNamespace} from '../../../analysis/istio-config/namespace-defaults.js'
import type {ConfigRule} from '../config-rule.js'

export const rule: ConfigRule = {
  code: 'MCT2109',
  slug: 'several-peer-authentications',
  aliases: [],
  severity: 'warning',
  title: 'Several PeerAuthentications without selector',
  why: 'Only the oldest applies; the others are ignored.',
  fix: 'Keep one PeerAuthentication without selector for each namespace.',
  references: [
    'https://istio.io/latest/docs/concepts/security/#peer-authentication',
    'https://istio.io/latest/docs/reference/config/security/peer_authentication/',
  ],
  kinds: ['PeerAuthentication'],
  check: set =>
    defaultsByNamespace(
      set.scopes('PeerAuthentication').filter(({selector = {}}) => Object.keys(selector).length === 0),
    ).flatMap(({namespace, items, names}) =>
      items.map(({object}) => ({
        object,
        path: 'metadata.name',
        message: `PeerAuthentications ${names} of ${namespace} have no selector, and only the oldest applies.`,
      })),
    ),
}
