import {definedFields} from '../../model/defined-fields.js'
import {setInMap} from '../patch-steps.js'
import {defineRule, type Found, PAGES} from '../rule.js'

const INJECT = 'sidecar.istio.io/inject'

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
    const owner = {labels: pod.ownerLabels[INJECT], annotations: pod.ownerAnnotations[INJECT]}
    if (pod.labels[INJECT] !== undefined || pod.annotations[INJECT] !== undefined) return []
    const home = namespace?.labels[INJECT] ?? namespace?.annotations[INJECT]
    const place = namespace?.labels[INJECT] === undefined ? 'annotations' : 'labels'
    const ofNamespace: readonly Found[] =
      namespace === undefined || home === undefined
        ? []
        : [
            {
              message: `${INJECT}: "${home}" on the Namespace has no effect on its pods.`,
              object: {kind: 'Namespace', namespace: '', name: namespace.name},
              path: `metadata.${place}["${INJECT}"]`,
              proof: [{from: `metadata.${place}`, text: `${INJECT}: "${home}"`}],
              fix: 'Label the Namespace istio-injection=enabled or =disabled (or istio.io/rev=REVISION); this label is for pods.',
            },
          ]
    const ofOwner = (['labels', 'annotations'] as const).flatMap(place =>
      owner[place] === undefined
        ? []
        : [
            {
              message: `${INJECT}: "${owner[place]}" on the ${pod.workload.kind} itself has no effect on its pods.`,
              path: `metadata.${place}["${INJECT}"]`,
              proof: [{from: `metadata.${place}`, text: `${INJECT}: "${owner[place]}"`}],
              ...definedFields({
                patch: ['true', 'false'].includes(owner[place])
                  ? setInMap(pod, 'labels', INJECT, owner[place])
                  : undefined,
              }),
            },
          ],
    )
    return [...ofOwner, ...ofNamespace]
  },
})
