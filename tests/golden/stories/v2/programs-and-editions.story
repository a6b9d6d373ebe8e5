# A is under a program of the second edition, with training in two half-days and an activity of its own. B is opened under the first edition and moves to the
# second.
A 2025-09-02 09:00 case_opened; district=Birch Valley; program={"activities":["exercise","role_play","bargaining_simulation"],"edition":2,"formats":{"three_evenings":[180,180,180]},"grace":15,"name":"Three evenings","presence":"everyone","source":"An agreement of the district","training":[240,240]}
B 2025-09-02 09:05 case_opened; district=Otter Creek; time_zone=America/Chicago
A 2025-09-02 09:10 leader_agreed; seat=superintendent; name=Lena Fox
A 2025-09-02 09:20 leader_agreed; seat=union_president; name=Olu Grant
A 2025-09-02 09:30 leader_agreed; seat=school_committee; name=Pía Holm; office=chair
B 2025-09-03 09:00 leader_agreed; seat=superintendent; name=Max Ito
B 2025-09-04 09:00 case_migrated; edition=2; reason=the office uses the second edition
A 2025-09-09 16:00 meeting_held; representative=Noor Lindqvist; present=Lena Fox; topics=interests,services,next_steps
A 2025-09-09 16:10 service_chosen; service=ibbi
A 2025-09-10 09:00 member_named; party=labor; member=grant:Olu Grant
A 2025-09-10 09:01 member_named; party=management; member=fox:Lena Fox
A 2025-09-10 09:02 attendance_pledged; party=labor; member=grant
A 2025-09-10 09:03 attendance_pledged; party=management; member=fox
A 2025-09-12 10:00 support_confirmed; body=teachers_organization; dated=2025-09-11
A 2025-09-12 10:05 support_confirmed; body=administration; dated=2025-09-11
A 2025-09-12 10:06 support_confirmed; body=school_committee; dated=2025-09-11
A 2025-09-15 11:00 application_accepted; by=Noor Lindqvist
A 2025-09-15 11:30 session_scheduled; part=1; slot=2025-10-06 08:00-12:00; neutral=reyes:Ines Reyes
A 2025-09-15 11:31 session_scheduled; part=2; slot=2025-10-08 08:00-12:00; neutral=reyes:Ines Reyes
A 2025-10-06 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=fox,grant
A 2025-10-06 10:00 activity_run; kind=exercise; title=Interests behind a position
A 2025-10-06 11:00 activity_run; kind=role_play; title=A first offer
A 2025-10-06 12:00 session_closed
B 2025-10-07 09:00 case_withdrawn; by=Otter Creek; reason=an election comes first
