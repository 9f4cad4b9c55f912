import type {IstioCodes} from './entry.js'
import {EARLY_ISTIO_CODES} from './istio-codes-early.js'
import {LATE_ISTIO_CODES} from './istio-codes-late.js'

/** Every code istioctl analyze has had since 1.4. */
export const ISTIO_CODES: IstioCodes = {...EARLY_ISTIO_CODES, ...LATE_ISTIO_CODES}
