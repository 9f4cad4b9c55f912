import {checkFuzz} from './check-fuzz.js'

checkFuzz(1200)
