import {analysisPage, type ConfigRule} from '../config-rule.js'
import {negativeConditions} from '../negative-conditions.js'

export const rule: ConfigRule = {
  code: 'MCT2064',
  slug: 'status-not-accepted',
  aliases: ['IST0171'],
  severity: 'warning',
  title: 'Status reports that the object is ineffective',
  why: 'The controller could not use the object, or part of it.',
  fix: 'Correct what the message of the condition names.',
  references: [analysisPage('IST0171')],
  kinds: [
    'Service',
    'ServiceEntry',
    'WorkloadEntry',
    'AuthorizationPolicy',
    'KubernetesGateway',
    'HTTPRoute',
    'GRPCRoute',
    'TCPRoute',
    'TLSRoute',
  ],
  check: set =>
    negativeConditions(set).map(({object, condition: {type, status, reason, message, path}}) => ({
      object,
      path,
      message: `${type} is ${status}${reason === '' ? '' : ` (${reason})`}${message === '' ? '' : `: ${message}`}`,
    })),
}
