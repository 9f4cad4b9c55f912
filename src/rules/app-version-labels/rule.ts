import {definedFields} from '../../model/collections/defined-fields.js'
import {runsToCompletion} from '../../model/kube/pod.js'
import {isLabelValue, setInMap} from '../patch-steps.js'
import {defineRule, type Found, PAGES} from '../rule.js'

/** The labels that name a workload and its version. */
const APP = ['service.istio.io/canonical-name', 'app.kubernetes.io/name', 'app']
const VERSION = ['service.istio.io/canonical-revision', 'app.kubernetes.io/version', 'version']
/** Labels that injection adds when the pod has none of the others. */
const ADDED_BY_INJECTION = ['service.istio.io/canonical-name', 'service.istio.io/canonical-revision']

/** A workload per version, as in reviews-v2. */
const VERSIONED = /-(v\d+)$/

export const rule = defineRule({
  code: 'MCT1101',
  slug: 'app-version-labels',
  aliases: [],
  severity: 'warning',
  title: 'Pod has no app or version label',
  why: 'Metrics, traces and Kiali identify a workload by these labels: without app it appears under its workload name, without version as "latest", and subsets of a DestinationRule cannot tell its versions apart.',
  fix: 'Add the labels app and version to the pod template (not to the selector, which is immutable).',
  references: [PAGES.requirements],
  modes: ['sidecar', 'ambient'],
  machines: true,
  needs: [],
  parameters: {
    style: {
      type: 'choice',
      options: ['any', 'legacy'],
      default: 'any',
      about: 'legacy requires the labels app and version; any also accepts the other labels Istio reads',
    },
  },
  check: ({pod}, _facts, {style}) => {
    const app = style === 'legacy' ? ['app'] : APP
    const version = style === 'legacy' ? ['version'] : VERSION
    const plain = (names: readonly string[]) => names.filter(each => !ADDED_BY_INJECTION.includes(each)).join(' or ')
    const written = (names: readonly string[]) =>
      names.some(name => pod.labels[name] !== undefined && !(pod.exists && ADDED_BY_INJECTION.includes(name)))
    const name = pod.workload.name
    const own = name.replace(VERSIONED, '')
    // The patch proposes a version only where the workload name has one.
    const inName = VERSIONED.exec(name)?.[1]
    const found: Found[] = []
    const fix = pod.workload.kind === 'Pod' ? {fix: 'Add the labels app and version to the pod.'} : {}
    const labels = `${pod.metadataPath}.labels`
    const shown = Object.entries(pod.labels)
      .filter(([key]) => !/pod-template-hash|istio\.io\//.test(key))
      .map(([key, value]) => `${key}=${value}`)
    const proof = [{from: labels, text: shown.join(', ') || 'no labels'}]
    if (!written(app)) {
      found.push({
        severity: runsToCompletion(pod) ? 'info' : 'warning',
        message: `No app label (${plain(app)}): the workload appears as ${pod.labels['service.istio.io/canonical-name'] ?? pod.labels['app.kubernetes.io/name'] ?? name}.`,
        path: labels,
        proof,
        ...fix,
        ...definedFields({patch: isLabelValue(own) ? setInMap(pod, 'labels', 'app', own) : undefined}),
      })
    }
    if (!written(version)) {
      found.push({
        severity: 'info',
        message: `No version label (${plain(version)}): telemetry reports the version as "${pod.labels['app.kubernetes.io/version'] ?? 'latest'}".`,
        path: labels,
        proof,
        ...fix,
        patch: inName === undefined ? undefined : setInMap(pod, 'labels', 'version', inName),
      })
    }
    return found
  },
})
