# Snow, a make-up, a member replaced, a concern of each kind, a decision reopened, two half-days, one of them cut short.
A 2025-09-02 09:00 case_opened; district=Saint-Éloi; county=suffolk
A 2025-09-02 09:10 leader_agreed; seat=school_committee; name=Zoë Nørgaard; office=vice_chair
A 2025-09-03 09:10 leader_declined; seat=superintendent; name=Omar Diallo; reason=not before the budget vote
A 2025-09-05 09:10 leader_agreed; seat=superintendent; name=Omar Diallo
A 2025-09-05 09:30 leader_agreed; seat=union_president; name=Jun Park
A 2025-09-09 10:00 meeting_held; representative=Noor Lindqvist; present=Jun Park; topics=services
A 2025-09-10 10:00 meeting_held; representative=Noor Lindqvist; present=Jun Park; present=Omar Diallo; topics=interests,next_steps
A 2025-09-10 10:10 service_chosen; service=joint_leadership_workshop; offering=culture_of_dialogue
A 2025-09-10 10:20 service_chosen; service=ibbi
A 2025-09-15 09:00 member_named; party=labor; member=park:Jun Park
A 2025-09-15 09:01 member_named; party=labor; member=ito:Mai Ito
A 2025-09-15 09:02 member_named; party=management; member=diallo:Omar Diallo
A 2025-09-16 12:00 attendance_pledged; party=labor; member=park
A 2025-09-16 12:01 attendance_pledged; party=labor; member=ito
A 2025-09-16 12:02 attendance_pledged; party=management; member=diallo
A 2025-09-17 12:02 pledge_withdrawn; party=management; member=diallo; dated=2025-09-17
A 2025-09-18 12:02 attendance_pledged; party=management; member=diallo
A 2025-09-22 10:00 support_confirmed; body=teachers_organization; dated=2025-09-19
A 2025-09-23 10:00 support_withdrawn; body=teachers_organization; dated=2025-09-22; document=fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210
A 2025-09-24 10:00 support_confirmed; body=teachers_organization; dated=2025-09-24
A 2025-09-24 10:05 support_confirmed; body=administration; dated=2025-09-24
A 2025-09-24 10:06 support_confirmed; body=school_committee; dated=2025-09-24
A 2025-09-29 11:00 application_accepted; by=Noor Lindqvist
A 2025-09-29 11:30 session_scheduled; part=1; slot=2025-10-14 08:00-16:00; neutral=reyes:Ines Reyes
A 2025-10-13 18:00 session_postponed; part=1; reason=snow
A 2025-10-13 18:30 session_scheduled; part=1; slot=2025-10-20 08:00-16:00; neutral=reyes:Ines Reyes
A 2025-10-20 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=park,ito,diallo
A 2025-10-20 09:00 activity_run; kind=exercise; title=Listening
A 2025-10-20 11:00 session_adjourned; reason=more snow; left_early=ito
A 2025-10-20 11:30 session_scheduled; part=1; slot=2025-10-28 17:00-22:00; neutral=reyes:Ines Reyes
A 2025-10-28 17:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=park,ito,diallo
A 2025-10-28 19:00 activity_run; kind=bargaining_simulation; title=A calendar clause
A 2025-10-28 21:53 session_closed
A 2025-10-29 09:00 member_released; party=labor; member=ito; reason=moved away
A 2025-10-29 09:10 member_named; party=labor; member=lund:Per Lund
A 2025-10-29 09:20 attendance_pledged; party=labor; member=lund
A 2025-10-30 16:00 caucus_opened; party=labor; present=lund,park
A 2025-10-30 16:30 concern_raised; party=labor; concern=budget-vote; text=Two things:\n\t1. the calendar\n\t2. "who decides"? 50 % of us – ask…
A 2025-10-30 16:40 concern_raised; party=labor; concern=c.2; text=Is there coffee?
A 2025-11-03 09:00 concern_addressed; concern=budget-vote; response=A calendar that ends before the vote.
A 2025-11-03 09:05 concern_dropped; concern=c.2
A 2025-11-03 17:00 party_decided; party=labor; decision=decline; spokesperson=lund
A 2025-11-04 17:00 decision_reopened; party=labor; reason=a new thought
A 2025-11-04 17:10 party_decided; party=labor; decision=adopt; spokesperson=park
A 2025-11-05 16:00 caucus_opened; party=management; present=diallo
A 2025-11-05 16:30 party_decided; party=management; decision=adopt; spokesperson=diallo
A 2025-11-06 09:00 format_chosen; format=full_day
A 2025-11-06 09:10 format_chosen; format=two_half_days
A 2025-11-06 09:20 contract_dates_changed; contract_expires=2026-08-31; evergreen=false
A 2025-11-06 09:30 session_scheduled; part=1; slot=2025-11-12 12:00-16:00; neutral=reyes:Ines Reyes
A 2025-11-06 09:31 session_scheduled; part=2; slot=2025-11-13 08:00-12:00; neutral=reyes:Ines Reyes
A 2025-11-12 12:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=park,lund,diallo
A 2025-11-12 14:00 session_adjourned; reason=a fire alarm
A 2025-11-13 08:00 session_opened; part=2; neutral=reyes:Ines Reyes; present=park,lund,diallo
A 2025-11-13 12:05 session_closed
A 2025-11-13 12:30 session_scheduled; part=1; slot=2025-11-13 13:00-15:00; neutral=reyes:Ines Reyes
A 2025-11-13 13:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=park,lund,diallo
A 2025-11-13 15:00 session_closed
