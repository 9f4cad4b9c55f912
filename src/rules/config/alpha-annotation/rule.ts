import {listOf, textOf} from '../../../formats/decode.js'
import {ALPHA_ANNOTATIONS} from '../../../model/istio/alpha-annotations.js'
import type {ConfigObject} from '../../../model/istio-config/config-object.js'
import {annotatedObjects} from '../annotated-objects.js'
import {analysisPage, type ConfigRule} from '../config-rule.js'

/** Annotations injection writes into pods, which have its status then. */
const OF_INJECTION = [
  'sidecar.istio.io/interceptionMode',
  'traffic.sidecar.istio.io/includeInboundPorts',
  'traffic.sidecar.istio.io/excludeInboundPorts',
  'traffic.sidecar.istio.io/includeOutboundIPRanges',
]

function writtenByInjection({raw}: ConfigObject, key: string): boolean {
  // The CNI plugin leaves this container to injection, which then also writes the defaults.
  const names = listOf(raw, 'spec', 'initContainers').map(each => textOf(each, 'name'))
  return OF_INJECTION.includes(key) && names.includes('istio-validation')
}

export const rule: ConfigRule = {
  code: 'MCT2055',
  slug: 'alpha-annotation',
  aliases: ['IST0136'],
  severity: 'info',
  title: 'Annotation of Istio is alpha',
  why: 'Its meaning may change with any release.',
  fix: 'Check the release notes before upgrades.',
  references: [analysisPage('IST0136')],
  kinds: ['Namespace', 'Service', 'Pod', 'Deployment'],
  optIn: true,
  check: set =>
    annotatedObjects(set)
      .filter(({object, key}) => ALPHA_ANNOTATIONS.has(key) && !writtenByInjection(object, key))
      .map(({object, key, path}) => ({object, path, message: `Annotation ${key} is alpha.`})),
}
