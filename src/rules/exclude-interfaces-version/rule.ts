import {initWords, settingsFromInit} from '../../analysis/netfilter/expected-rules/from-init.js'
import {isOlder} from '../../model/istio/istio-version.js'
import {injectedContainer} from '../../model/kube/pod.js'
import {defineRule, Inconclusive, PAGES} from '../rule.js'

const EXCLUDE = 'traffic.sidecar.istio.io/excludeInterfaces'

export const rule = defineRule({
  code: 'MCT1315',
  slug: 'exclude-interfaces-version',
  aliases: [],
  severity: 'warning',
  title: 'excludeInterfaces is not supported by this release',
  why: 'The annotation is silently ignored by injection templates before Istio 1.15 and by CNI plugins before 1.12: the interface is captured like any other.',
  fix: 'Upgrade the component that creates the rules, or exclude ranges instead: traffic.sidecar.istio.io/excludeOutboundIPRanges.',
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
      {message: `Interface ${names} is not excluded from capture: ${text}.`, path, proof: [{from, text}]},
    ]
    const init = injectedContainer(pod, 'istio-init')
    if (init !== undefined) {
      const {excludedInterfaces} = settingsFromInit(initWords(init), init.env, {resolvers: [], addresses: []})
      return excludedInterfaces.length > 0 ? [] : found('istio-init', 'its arguments exclude no interface')
    }
    if (cni === undefined)
      throw new Inconclusive('it is unknown whether istio-init or the CNI plugin sets up the rules', 'not-captured')
    const [component, release, since] = cni.inUse
      ? (['the CNI plugin', cniRelease, 12] as const)
      : (['the injection template', version, 15] as const)
    if (release === undefined) throw new Inconclusive(`the release of ${component} is unknown`, 'not-captured')
    return isOlder(release, 1, since) ? found(component, `${component} is from Istio 1.${release.minor}`) : []
  },
})
