import {settingsFromInit} from '../../analysis/netfilter/expected-rules/from-init.js'
import {isOlder} from '../../model/istio-version.js'
import {injectedContainer} from '../../model/pod.js'
import {defineRule, PAGES, Undecided} from '../rule.js'

const EXCLUDE = 'traffic.sidecar.istio.io/excludeInterfaces'

export const rule = defineRule({
  code: 'MCT1315',
  slug: 'exclude-interfaces-version',
  aliases: [],
  severity: 'warning',
  title: 'The release does not know excludeInterfaces',
  why: 'The injection template reads the annotation since Istio 1.15 and the CNI plugin since 1.12; before, it is passed over without a word, and the interface is captured like any other.',
  fix: 'Upgrade what makes the rules, or exclude ranges instead: traffic.sidecar.istio.io/excludeOutboundIPRanges.',
  references: [PAGES.annotations],
  versions: 'Istio 1.14 and older (CNI plugin: 1.11 and older)',
  modes: ['sidecar'],
  needs: [],
  uses: ['cni', 'cniRelease'],
  check: ({pod, version}, {cni, cniRelease}) => {
    const names = pod.annotations[EXCLUDE]?.trim() ?? ''
    if (names === '') return []
    const path = `${pod.metadataPath}.annotations["${EXCLUDE}"]`
    const found = (from: string, text: string) => [
      {message: `${names} was to be excluded from capture, and is not: ${text}.`, path, proof: [{from, text}]},
    ]
    const init = injectedContainer(pod, 'istio-init')
    if (init !== undefined) {
      const {excludedInterfaces} = settingsFromInit(init.args, init.env, {resolvers: [], addresses: []})
      return excludedInterfaces.length > 0 ? [] : found('istio-init', 'its arguments name no interface')
    }
    if (cni === undefined) throw new Undecided('how the rules get into the pod is not known', 'not-captured')
    const [maker, release, since] = cni.inUse
      ? (['the CNI plugin', cniRelease, 12] as const)
      : (['the injection template', version, 15] as const)
    if (release === undefined) throw new Undecided(`the release of ${maker} is not known`, 'not-captured')
    return isOlder(release, 1, since) ? found(maker, `${maker} is of Istio 1.${release.minor}`) : []
  },
})
