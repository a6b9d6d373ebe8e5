# Labor adopts, management declines.
A 2025-09-02 09:00 case_opened; district=Otter Creek
A 2025-09-02 09:10 leader_agreed; seat=superintendent; name=Rosa Amari
A 2025-09-02 09:20 leader_agreed; seat=union_president; name=Ben Castellan
A 2025-09-02 09:30 leader_agreed; seat=school_committee; name=Tola Okafor; office=chair
A 2025-09-09 16:00 meeting_held; representative=Noor Lindqvist; present=Rosa Amari; topics=interests,services,next_steps
A 2025-09-09 16:10 service_chosen; service=ibbi
A 2025-09-10 09:00 member_named; party=labor; member=castellan:Ben Castellan
A 2025-09-10 09:01 member_named; party=management; member=amari:Rosa Amari
A 2025-09-10 09:02 attendance_pledged; party=labor; member=castellan
A 2025-09-10 09:03 attendance_pledged; party=management; member=amari
A 2025-09-12 10:00 support_confirmed; body=teachers_organization; dated=2025-09-11
A 2025-09-12 10:05 support_confirmed; body=administration; dated=2025-09-11
A 2025-09-12 10:06 support_confirmed; body=school_committee; dated=2025-09-11
A 2025-09-15 11:00 application_accepted; by=Noor Lindqvist
A 2025-09-15 11:30 session_scheduled; part=1; slot=2025-10-07 08:00-16:00; neutral=reyes:Ines Reyes
A 2025-10-07 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=amari,castellan
A 2025-10-07 10:00 activity_run; kind=exercise; title=Interests behind a position
A 2025-10-07 13:30 activity_run; kind=bargaining_simulation; title=A class-size clause
A 2025-10-07 16:00 session_closed
A 2025-10-09 16:00 caucus_opened; party=labor; present=castellan
A 2025-10-10 16:00 caucus_opened; party=management; present=amari
A 2025-10-10 16:30 party_decided; party=management; decision=decline; spokesperson=amari
A 2025-10-13 16:30 party_decided; party=labor; decision=adopt; spokesperson=castellan
