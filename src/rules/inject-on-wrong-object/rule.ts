import {definedFields} from '../../model/collections/defined-fields.js'
import {INJECT_LABEL} from '../../model/istio/mesh-keys.js'
import {setInMap} from '../patch-steps.js'
import {defineRule, type Found, PAGES} from '../rule.js'

export const rule = defineRule({
  code: 'MCT1202',
  slug: 'inject-on-wrong-object',
  aliases: [],
  severity: 'warning',
  title: 'Injection label is not on the pod template',
  why: 'Injection reads the metadata of pods only: on a Deployment, another workload or a Namespace the label is ignored.',
  fix: 'Move it to spec.template.metadata.labels.',
  references: [PAGES.injecting],
  modes: ['sidecar', 'ambient', 'none'],
  needs: [],
  uses: ['namespace'],
  check: ({pod}, {namespace}): readonly Found[] => {
    const owner = {labels: pod.ownerLabels[INJECT_LABEL], annotations: pod.ownerAnnotations[INJECT_LABEL]}
    if (pod.labels[INJECT_LABEL] !== undefined || pod.annotations[INJECT_LABEL] !== undefined) return []
    const home = namespace?.labels[INJECT_LABEL] ?? namespace?.annotations[INJECT_LABEL]
    const place = namespace?.labels[INJECT_LABEL] === undefined ? 'annotations' : 'labels'
    const ofNamespace: readonly Found[] =
      namespace === undefined || home === undefined
        ? []
        : [
            {
              message: `${INJECT_LABEL}: "${home}" on the Namespace has no effect on its pods.`,
              object: {kind: 'Namespace', namespace: '', name: namespace.name},
              path: `metadata.${place}["${INJECT_LABEL}"]`,
              proof: [{from: `metadata.${place}`, text: `${INJECT_LABEL}: "${home}"`}],
              fix: 'Label the Namespace istio-injection=enabled or =disabled (or istio.io/rev=REVISION); this label is for pods.',
            },
          ]
    const ofOwner = (['labels', 'annotations'] as const).flatMap(place =>
      owner[place] === undefined
        ? []
        : [
            {
              message: `${INJECT_LABEL}: "${owner[place]}" on the ${pod.workload.kind} itself has no effect on its pods.`,
              path: `metadata.${place}["${INJECT_LABEL}"]`,
              proof: [{from: `metadata.${place}`, text: `${INJECT_LABEL}: "${owner[place]}"`}],
              ...definedFields({
                patch: ['true', 'false'].includes(owner[place])
                  ? setInMap(pod, 'labels', INJECT_LABEL, owner[place])
                  : undefined,
              }),
            },
          ],
    )
    return [...ofOwner, ...ofNamespace]
  },
})
