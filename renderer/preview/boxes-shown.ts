import { create } from 'zustand';

/** Whether boxes are drawn. Outlives a single picture, so that someone can leaf through without them. */
export const useBoxesShown = create<{ readonly shown: boolean }>()(() => ({ shown: true }));
