import { createContext } from 'preact';

/** Whether the reader may change something; false for who signed in as a Reader. */
export const MayAct = createContext(true);
